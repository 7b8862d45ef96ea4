import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { median, medianInterval, orderStatisticRank, quantile } from "../../src/model/median.ts";
import { halfWidth, pairedRatio } from "../../src/model/ratio.ts";
import { hodgesLehmann, signedRankCutoff } from "../../src/model/signed-rank.ts";

describe("exact ranks", () => {
  it.each([
    [5, 0],
    [6, 1],
    [8, 4],
    [10, 9],
    [12, 14],
    [15, 26],
    [20, 53],
    [25, 90],
    [30, 138],
  ])("signedRankCutoff of %d is %d", (count, rank) => expect(signedRankCutoff(count)).toBe(rank));
  it.each([
    [5, 0],
    [6, 1],
    [10, 2],
    [15, 4],
    [20, 6],
    [30, 10],
  ])("orderStatisticRank of %d is %d", (count, rank) => expect(orderStatisticRank(count)).toBe(rank));
  it("signedRankCutoff continues smoothly where the normal approximation starts", () => {
    expect(Math.abs(signedRankCutoff(201) / signedRankCutoff(200) - 1)).toBeLessThan(0.02);
  });
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

it("hodgesLehmann is the median of Walsh averages, and shifts with its values", () => {
  expect(hodgesLehmann([1, 2, 6]).value).toBe(2.75);
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 20 }),
      fc.integer({ min: -100, max: 100 }),
      (values, by) => {
        const before = hodgesLehmann(values);
        const after = hodgesLehmann(values.map((value) => value + by));
        expect(after.value).toBeCloseTo(before.value + by, 9);
        expect(after.low).toBeCloseTo(before.low + by, 9);
        expect(before.low).toBeLessThanOrEqual(before.value);
        expect(before.high).toBeGreaterThanOrEqual(before.value);
      },
    ),
  );
});

it("pairedRatio's interval contains the true ratio in about 95 % of runs when both series share a drift", () => {
  const random = seededRandom(11);
  let covered = 0;
  for (let run = 0; run < 400; run++) {
    const drift = Array.from({ length: 12 }, (_, round) => 1 + 0.01 * round);
    const noise = () => 1 + 0.04 * (random() - 0.5);
    const serial = drift.map((slow) => 3.2 * slow * noise());
    const pool = drift.map((slow) => slow * noise());
    const ratio = pairedRatio(serial, pool);
    if (ratio.low <= 3.2 && ratio.high >= 3.2) covered++;
    expect(halfWidth(ratio)).toBeLessThan(0.03);
  }
  expect(covered).toBeGreaterThan(370);
  expect(covered).toBeLessThan(400);
});
