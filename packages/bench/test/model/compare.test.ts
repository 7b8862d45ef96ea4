import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareQuantities, judge, type Quantity } from "../../src/model/compare.ts";

describe("judge tells four cases apart", () => {
  it.each([
    [{ low: 1.05, high: 1.2 }, "improved"],
    [{ low: 0.8, high: 0.95 }, "regressed"],
    [{ low: 0.99, high: 1.01 }, "same"],
    [{ low: 0.9, high: 1.1 }, "inconclusive"],
    [{ low: 1.01, high: 1.2 }, "inconclusive"],
    [{ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }, "inconclusive"],
  ])("%o, more being better, is %s", (ends, verdict) => {
    expect(judge({ value: 1, ...ends }, 0.02, true)).toBe(verdict);
  });
});

const quantity = (name: string, value: number, width: number, withinRun = true): Quantity => ({
  name,
  value: { value, low: value / (1 + width), high: value * (1 + width) },
  moreIsBetter: true,
  withinRun,
});

it("a clear change is found, and what only one run has is left out", () => {
  const [found, ...rest] = compareQuantities(
    [quantity("a", 2, 0.01), quantity("b", 1, 0.01)],
    [quantity("a", 1.6, 0.01)],
    {
      threshold: 0.02,
      sameMachine: true,
    },
  );
  expect(found).toMatchObject({ name: "a", verdict: "regressed", comparable: true });
  expect(rest).toEqual([]);
});

it("absolute times of another machine are shown, not judged", () => {
  const [found] = compareQuantities([quantity("t", 2, 0.01, false)], [quantity("t", 1, 0.01, false)], {
    threshold: 0.02,
    sameMachine: false,
  });
  expect(found).toMatchObject({ comparable: false, verdict: "inconclusive" });
});

it("the more comparisons, the wider their intervals", () => {
  const widthOf = (count: number) => {
    const names = Array.from({ length: count }, (_, at) => `q${at}`);
    const before = names.map((name) => quantity(name, 1, 0.05));
    const [first] = compareQuantities(before, before, { threshold: 0.02, sameMachine: true });
    return Math.log((first?.ratio.high ?? 0) / (first?.ratio.low ?? 1));
  };
  expect(widthOf(1)).toBeCloseTo(2 * Math.hypot(Math.log(1.05), Math.log(1.05)), 9);
  expect(widthOf(10)).toBeGreaterThan(widthOf(2));
});

it("a run compared with itself never regresses", () => {
  const values = fc.array(
    fc.tuple(fc.double({ min: 0.1, max: 10, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(values, (pairs) => {
      const own = pairs.map(([value, width], at) => quantity(`q${at}`, value, width));
      for (const { verdict } of compareQuantities(own, own, { threshold: 0.02, sameMachine: true })) {
        expect(["same", "inconclusive"]).toContain(verdict);
      }
    }),
  );
});
