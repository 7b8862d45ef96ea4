import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { analyseKernel } from "../../src/model/analyse.ts";
import { median, medianInterval, orderStatisticRank, quantile } from "../../src/model/statistic/median.ts";
import { halfWidth, pairedRatio } from "../../src/model/statistic/ratio.ts";
import { cellOf, sample } from "../fixture/cell.ts";
import { exponential, normal } from "../fixture/noise.ts";

describe("exact ranks", () => {
  it.each([
    [5, 0],
    [6, 1],
    [10, 2],
    [15, 4],
    [20, 6],
    [30, 10],
  ])("orderStatisticRank of %d is %d", (count, rank) => expect(orderStatisticRank(count)).toBe(rank));
});

it("quantile interpolates linearly between neighbours", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10, 20], 0.25)).toBe(12.5);
  expect(median([])).toBeNaN();
});

it("medianInterval has open ends below six samples", () => {
  expect(medianInterval([1, 2, 3])).toEqual({ value: 2, low: -Infinity, high: Infinity });
  expect(medianInterval([1, 2, 3, 4, 5, 6])).toEqual({ value: 3.5, low: 1, high: 6 });
});

const times = fc.array(fc.double({ min: 1, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 40 });

it("every figure lies inside its interval, for any samples", () => {
  const round = fc.array(fc.double({ min: 1e3, max: 1e10, noNaN: true }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(round, { minLength: 1, maxLength: 24 }), (rounds) => {
      const cell = (at: number, role: "serial" | "pool" | "ceiling", workers: number) =>
        cellOf(
          role,
          workers,
          rounds.map((spans, number) => sample(workers, spans[at] as number, { round: number })),
        );
      const pools = [1, 2, 4].map((workers, at) => cell(at + 1, "pool", workers));
      const analysis = analyseKernel([
        ...[cell(0, "serial", 1), ...pools],
        ...[cell(4, "ceiling", 1), cell(5, "ceiling", 2)],
      ]);
      const outside = intervalsIn(analysis).filter(({ value, low, high }) => !(low <= value && value <= high));
      expect(outside).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

/** All objects with a value and an interval in a result. */
function intervalsIn(value: unknown): { value: number; low: number; high: number }[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "value" in value && "low" in value ? [value as { value: number; low: number; high: number }] : [];
  return [...own, ...Object.values(value).flatMap(intervalsIn)];
}

it("pairedRatio of b and a is the inverse of that of a and b", () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      const [one, two] = [pairedRatio(a, b), pairedRatio(b, a)];
      expect(two.value * one.value).toBeCloseTo(1, 9);
      if (Number.isFinite(one.high)) expect(two.low * one.high).toBeCloseTo(1, 9);
    }),
  );
});

describe("the interval of pairedRatio contains the true ratio in 94 % of the runs and more", () => {
  const truth = 3.2;
  /** The logarithm of one time's noise, given its round as a share of the run. */
  const shapes: Record<string, (random: () => number) => (at: number) => { serial: number; pool: number }> = {
    "normal noise": (random) => {
      const gauss = normal(random);
      return () => ({ serial: 0.03 * gauss(), pool: 0.03 * gauss() });
    },
    "skewed noise": (random) => () => ({ serial: 0.01 * exponential(random), pool: 0.08 * exponential(random) }),
    "two humps": (random) => {
      const gauss = normal(random);
      return () => ({ serial: 0.01 * gauss(), pool: (random() < 0.3 ? 0.3 : 0) + 0.01 * gauss() });
    },
    "a drift of both": (random) => {
      const gauss = normal(random);
      return (at) => ({ serial: 0.2 * at + 0.02 * gauss(), pool: 0.2 * at + 0.02 * gauss() });
    },
  };
  /** The median of the noise of the ratio, from many rounds. */
  const middleOf = (shape: (random: () => number) => (at: number) => { serial: number; pool: number }) => {
    const noise = shape(seededRandom(99));
    return median(Array.from({ length: 200_001 }, () => noise(0.5)).map(({ serial, pool }) => serial - pool));
  };

  it.each(
    Object.entries(shapes).flatMap(([name, shape]) => [6, 10, 30].map((rounds) => [name, rounds, shape] as const)),
  )("%s, %d rounds", (_, rounds, shape) => {
    const noise = shape(seededRandom(11));
    const expected = truth * Math.exp(middleOf(shape));
    let covered = 0;
    const runs = 3000;
    for (let run = 0; run < runs; run++) {
      const all = Array.from({ length: rounds }, (_, round) => noise(round / rounds));
      const { value, low, high } = pairedRatio(
        all.map(({ serial }) => truth * Math.exp(serial)),
        all.map(({ pool }) => Math.exp(pool)),
      );
      if (low <= expected && expected <= high) covered++;
      expect(low <= value && value <= high).toBe(true);
    }
    expect(covered / runs).toBeGreaterThanOrEqual(0.94);
  });
});

it("halfWidth is infinite without an interval", () => {
  expect(halfWidth(pairedRatio([1, 2], [1, 2]))).toBe(Number.POSITIVE_INFINITY);
});
