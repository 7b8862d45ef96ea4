import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitGustafson } from "../../src/model/law/gustafson.ts";
import { fitUsl, uslPeak, uslThroughput } from "../../src/model/law/usl.ts";

function levels(workers: readonly number[], throughput: readonly number[]) {
  return workers.map((count, at) => ({ workers: count, time: 1 / (throughput[at] as number) }));
}

describe("fitUsl reproduces the published data sets, with relative weights", () => {
  it("data computed from the law", () => {
    const law = fitUsl(levels([1, 2, 4, 6, 8, 10], [1, 1.8868, 3.0769, 3.5294, 3.5398, 3.3557]));
    expect(law.alpha).toBeCloseTo(0.02, 4);
    expect(law.beta).toBeCloseTo(0.02, 4);
    expect(law.gamma).toBeCloseTo(1, 3);
  });

  // Data of the R package usl 3.0.3 (BSD-2-Clause).
  it("the first six points of raytracer", () => {
    const law = fitUsl(levels([1, 4, 8, 12, 16, 20], [20, 78, 130, 170, 190, 200]));
    expect(law.alpha).toBeCloseTo(0.01666, 4);
    expect(law.beta).toBeCloseTo(0.001899, 5);
    expect(law.gamma).toBeCloseTo(20.295, 2);
  });

  it("specsdm91", () => {
    const law = fitUsl(levels([1, 18, 36, 72, 108, 144, 216], [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775, 1702.2]));
    expect(law.alpha).toBeCloseTo(0.01336, 4);
    expect(law.beta * 1e4).toBeCloseTo(1.152, 2);
    expect(law.gamma).toBeCloseTo(68.16, 1);
  });
});

it("fitUsl finds the parameters that generated the times", () => {
  const share = fc.double({ min: 0, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(share, fc.double({ min: 0, max: 0.05, noNaN: true }), (alpha, beta) => {
      const counts = [1, 2, 3, 4, 6, 8, 16];
      const law = fitUsl(
        levels(
          counts,
          counts.map((count) => uslThroughput({ alpha, beta, gamma: 5 }, count)),
        ),
      );
      expect(law.alpha).toBeCloseTo(alpha, 6);
      expect(law.beta).toBeCloseTo(beta, 6);
      expect(law.gamma).toBeCloseTo(5, 5);
    }),
  );
});

it("fitUsl gives no negative share for superlinear times", () => {
  const law = fitUsl(levels([1, 2, 4, 8], [1, 2.2, 4.6, 9.5]));
  expect(law).toMatchObject({ alpha: 0, beta: 0 });
});

it("uslPeak is the number of workers with the highest throughput", () => {
  const law = { alpha: 0.02, beta: 0.0005, gamma: 1 };
  const peak = uslPeak(law);
  expect(uslThroughput(law, peak)).toBeGreaterThan(uslThroughput(law, peak - 1));
  expect(uslThroughput(law, peak)).toBeGreaterThan(uslThroughput(law, peak + 1));
  expect(uslPeak({ alpha: 0.1, beta: 0, gamma: 1 })).toBe(Number.POSITIVE_INFINITY);
});

it("fitUsl and fitGustafson refuse too few levels", () => {
  expect(() => fitUsl(levels([1, 2], [1, 2]))).toThrow(RangeError);
  expect(() => fitGustafson([{ workers: 1, speedUp: 1 }])).toThrow(RangeError);
});

it("fitGustafson finds the share that generated the scaled speed-ups", () => {
  const scaled = [1, 2, 4, 8].map((workers) => ({ workers, speedUp: 0.1 + workers * 0.9 }));
  expect(fitGustafson(scaled)).toBeCloseTo(0.1, 12);
});
