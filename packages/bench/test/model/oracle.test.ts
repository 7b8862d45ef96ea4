// Values that SciPy 1.17.1 and NumPy give for the same data, with the call beside each.
import { describe, expect, it } from "vitest";
import { launchVariation } from "../../src/model/statistic/launch-variation.ts";
import { nonNegativeLeastSquares } from "../../src/model/statistic/least-squares.ts";
import { medianInterval, orderStatisticRank, quantile } from "../../src/model/statistic/median.ts";
import { normalQuantile } from "../../src/model/statistic/normal-quantile.ts";
import { autocorrelation } from "../../src/model/statistic/series-statistics.ts";
import { theilSen } from "../../src/model/statistic/theil-sen.ts";

const series = {
  normal: [96.0344, 101.203, 90.5184, 106.979, 103.191, 98.5398, 98.4403, 101.519, 98.6617, 98.8705],
  skewed: [
    ...[6.06682, 9.3446, 5.11776, 2.34428, 1.50155, 2.64837],
    ...[1.83256, 3.80018, 2.08936, 4.15361, 10.2788, 2.42152],
  ],
  outlier: [3.1, 2.9, 3.3, 3.0, 9.9, 3.2],
  lognormal: [
    ...[0.932688, 0.956361, 1.21234, 1.72872, 0.807383, 1.4985, 0.691423, 1.0539, 0.704083, 1.49996],
    ...[1.28425, 1.4068, 0.7667, 1.22798, 0.855812, 0.871782, 1.16411, 1.30085, 1.06325, 0.828287],
    ...[0.780559, 1.54233, 1.19504, 1.241, 1.92523, 0.782893, 2.1551, 2.57351, 1.62503, 1.28163],
  ],
};

describe("medianInterval is scipy.stats.quantile_test(x, p=0.5).confidence_interval(0.95)", () => {
  it.each([
    ["normal", 98.7661, 96.0344, 103.191],
    ["skewed", 3.224275, 2.08936, 6.06682],
    ["outlier", 3.15, 2.9, 9.9],
    ["lognormal", 1.20369, 0.932688, 1.30085],
  ] as const)("of %s samples", (name, value, low, high) => {
    const interval = medianInterval(series[name]);
    expect(interval.value).toBeCloseTo(value, 9);
    expect([interval.low, interval.high]).toEqual([low, high]);
  });
});

it.each([
  ["normal", [95.4828, 98.465175, 103.5698, 106.63808]],
  ["skewed", [1.85824, 2.28055, 9.016822, 10.176038]],
  ["lognormal", [0.7791731, 0.8598045, 1.748371, 2.4521711]],
] as const)("quantile of %s samples is numpy.quantile(x, [0.1, 0.25, 0.9, 0.99])", (name, expected) => {
  for (const [at, share] of [0.1, 0.25, 0.9, 0.99].entries())
    expect(quantile(series[name], share)).toBeCloseTo(expected[at] as number, 7);
});

it.each([
  [5, 0],
  [6, 1],
  [9, 2],
  [10, 2],
  [15, 4],
  [20, 6],
  [30, 10],
  [100, 40],
])("orderStatisticRank of %d is scipy.stats.binom.ppf(0.025, n, 0.5)", (count, rank) => {
  expect(orderStatisticRank(count)).toBe(rank);
});

it.each([
  [0.95, 1.6448536269514722],
  [0.975, 1.959963984540054],
  [0.995, 2.5758293035489004],
  [0.9975, 2.807033768343811],
])("normalQuantile of %d is scipy.stats.norm.ppf", (share, expected) => {
  expect(normalQuantile(share)).toBeCloseTo(expected, 4);
});

it("theilSen is scipy.stats.theilslopes", () => {
  const y = [10.1, 10.9, 12.2, 13.8, 30.0];
  expect(theilSen([0, 1, 2, 4, 8].map((x, at) => ({ x, y: y[at] as number })))).toBeCloseTo(1.175, 9);
});

it("nonNegativeLeastSquares is scipy.optimize.nnls", () => {
  const columns = [
    [1, 0.5, 0.25, 0.125],
    [0, 0.5, 0.75, 0.875],
    [0, 1, 3, 7],
  ];
  const solved = [
    { target: [1, 0.52, 0.27, 0.16], expected: [1.00132075, 0.02647799, 0.00147799] },
    { target: [1, 0.49, 0.22, 0.09], expected: [0.98729412, 0, 0] },
  ];
  for (const { target, expected } of solved)
    expect(nonNegativeLeastSquares(columns, target)).toEqual(expected.map((value) => expect.closeTo(value, 7)));
});

it("launchVariation has the parts of scipy.stats.f_oneway, whose F is 92.0496", () => {
  const groups = [
    [1.0, 1.02, 1.01, 0.99],
    [1.1, 1.12, 1.09],
    [0.95, 0.96, 0.97, 0.98],
  ];
  const { withinLaunches, betweenLaunches } = launchVariation(groups) as NonNullable<
    ReturnType<typeof launchVariation>
  >;
  // F is 1 + n₀·between²/within², where n₀ is the typical size of a group.
  const typical = (11 - (16 + 9 + 16) / 11) / 2;
  expect(1 + typical * (betweenLaunches / withinLaunches) ** 2).toBeCloseTo(92.04958677685936, 8);
});

it("autocorrelation is the sum of products at lag 1 over the sum of squares, in NumPy", () => {
  expect(autocorrelation([1, 2, 1.5, 3, 2.5, 4, 3.5])).toBeCloseTo(0.32142857142857145, 12);
});
