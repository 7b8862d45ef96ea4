import fc from "fast-check";
import { expect, it } from "vitest";
import type { LevelResult } from "../../src/base/scaling-result.ts";
import { amdahlSpeedUp, fitAmdahl } from "../../src/model/law/amdahl.ts";
import { karpFlatt } from "../../src/model/law/karp-flatt.ts";
import { serialBoundOf } from "../../src/model/law/serial-bound.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });

it("fitAmdahl finds the serial share that generated the times", () => {
  fc.assert(
    fc.property(share, (serialShare) => {
      const levels = [1, 2, 4, 8].map((workers) => ({ workers, time: 3 / amdahlSpeedUp(serialShare, workers) }));
      const fit = fitAmdahl(levels);
      expect(fit.serialShare).toBeCloseTo(serialShare, 6);
      expect(fit.time).toBeCloseTo(3, 6);
    }),
  );
});

it("fitAmdahl gives a share between 0 and 1 for any times", () => {
  const time = fc.double({ min: 0.01, max: 100, noNaN: true });
  fc.assert(
    fc.property(time, time, time, (one, two, four) => {
      const fit = fitAmdahl([
        { workers: 1, time: one },
        { workers: 2, time: two },
        { workers: 4, time: four },
      ]);
      expect(fit.serialShare).toBeGreaterThanOrEqual(0);
      expect(fit.serialShare).toBeLessThanOrEqual(1);
    }),
  );
});

it("fitAmdahl refuses a single level", () => {
  expect(() => fitAmdahl([{ workers: 2, time: 1 }])).toThrow(RangeError);
});

it("karpFlatt returns Amdahl's serial share at every number of workers", () => {
  fc.assert(
    fc.property(share, fc.integer({ min: 2, max: 128 }), (serialShare, workers) => {
      const value = amdahlSpeedUp(serialShare, workers);
      expect(karpFlatt({ value, low: value, high: value }, workers).value).toBeCloseTo(serialShare, 9);
    }),
  );
});

it("karpFlatt is negative for a superlinear speed-up, and its interval is in order", () => {
  const metric = karpFlatt({ value: 2.1, low: 1.9, high: 2.3 }, 2);
  expect(metric.value).toBeLessThan(0);
  expect(metric.low).toBeLessThan(metric.value);
  expect(metric.high).toBeGreaterThan(metric.value);
});

it("serialBoundOf bounds the serial share by the highest level, and predicts twice the workers", () => {
  const level = (low: number, value: number, high: number) =>
    ({ workers: 2, karpFlatt: { low, value, high } }) as unknown as LevelResult;
  const { serialBound, prediction } = serialBoundOf(level(-0.02, 0.05, 0.1));
  expect(serialBound).toEqual({ workers: 2, share: { low: 0, value: 0.05, high: 0.1 } });
  expect(prediction?.workers).toBe(4);
  expect(prediction?.speedUp.value).toBeCloseTo(1 / (0.05 + 0.95 / 4), 9);
  expect(prediction?.speedUp.low).toBeCloseTo(1 / (0.1 + 0.9 / 4), 9);
  expect(prediction?.speedUp.high).toBe(4);
  expect(serialBoundOf(level(Number.NEGATIVE_INFINITY, 0.1, Number.POSITIVE_INFINITY))).toEqual({});
  expect(serialBoundOf(undefined)).toEqual({});
});
