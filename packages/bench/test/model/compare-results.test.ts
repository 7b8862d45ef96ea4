import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareQuantities, judge, type Quantity, roundsNeeded } from "../../src/model/compare-results.ts";

describe("judge distinguishes four verdicts", () => {
  it.each([
    [{ low: 1.05, high: 1.2 }, "improved"],
    [{ low: 0.8, high: 0.95 }, "regressed"],
    [{ low: 0.99, high: 1.01 }, "same"],
    [{ low: 0.9, high: 1.1 }, "same"],
    [{ low: 0.6, high: 1.7 }, "inconclusive"],
    [{ low: 1.01, high: 1.2 }, "inconclusive"],
    [{ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }, "inconclusive"],
  ])("%o is %s when more is better", (ends, verdict) => {
    expect(judge({ value: 1, ...ends }, 0.02, true)).toBe(verdict);
  });
});

const quantity = (name: string, value: number, width: number, withinRun = true): Quantity => ({
  name,
  value: { value, low: value / (1 + width), high: value * (1 + width) },
  rounds: 10,
  moreIsBetter: true,
  withinRun,
});

it("compareQuantities finds a clear change, and leaves out quantities that only one run has", () => {
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

it("compareQuantities gives no verdict on absolute times of another machine", () => {
  const [found] = compareQuantities([quantity("t", 2, 0.01, false)], [quantity("t", 1, 0.01, false)], {
    threshold: 0.02,
    sameMachine: false,
  });
  expect(found).toMatchObject({ comparable: false, verdict: "inconclusive" });
});

it("compareQuantities widens intervals with the number of comparisons", () => {
  const widthOf = (count: number) => {
    const names = Array.from({ length: count }, (_, at) => `q${at}`);
    const before = names.map((name) => quantity(name, 1, 0.05));
    const [first] = compareQuantities(before, before, { threshold: 0.02, sameMachine: true });
    return Math.log((first?.ratio.high ?? 0) / (first?.ratio.low ?? 1));
  };
  expect(widthOf(1)).toBeCloseTo(2 * Math.hypot(Math.log(1.05), Math.log(1.05)), 9);
  expect(widthOf(10)).toBeGreaterThan(widthOf(2));
});

it("compareQuantities finds no regression of a run compared with itself", () => {
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

describe("roundsNeeded", () => {
  const interval = (value: number, half: number) => ({
    value,
    low: value * Math.exp(-half),
    high: value * Math.exp(half),
  });

  it("gives a number of rounds at which the verdict is conclusive", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.2, max: 0.2, noNaN: true }),
        fc.double({ min: 0.001, max: 0.3, noNaN: true }),
        fc.integer({ min: 6, max: 60 }),
        (log, half, rounds) => {
          const ratio = interval(Math.exp(log), half);
          const needed = judge(ratio, 0.02, true) === "inconclusive" ? roundsNeeded(ratio, 0.02, rounds) : undefined;
          if (needed === undefined) return;
          expect(needed).toBeGreaterThanOrEqual(rounds);
          // Slightly narrower: exactly at the threshold, rounding errors decide.
          const then = interval(Math.exp(log), half * Math.sqrt(rounds / needed) * (1 - 1e-9));
          expect(judge(then, 0.02, true)).not.toBe("inconclusive");
        },
      ),
    );
  });

  it("is six without an interval, and undefined when the change equals the threshold", () => {
    expect(roundsNeeded({ value: 1, low: 0, high: Number.POSITIVE_INFINITY }, 0.02, 3)).toBe(6);
    expect(roundsNeeded(interval(1.02, 0.01), 0.02, 10)).toBeUndefined();
  });

  it("is part of inconclusive comparisons only", () => {
    const options = { threshold: 0.02, sameMachine: true };
    const [wide] = compareQuantities([quantity("a", 1, 0.5)], [quantity("a", 1, 0.5)], options);
    expect(wide).toMatchObject({ verdict: "inconclusive", roundsNeeded: expect.any(Number) });
    const [narrow] = compareQuantities([quantity("a", 1, 0.001)], [quantity("a", 1, 0.001)], options);
    expect(narrow).not.toHaveProperty("roundsNeeded");
  });
});
