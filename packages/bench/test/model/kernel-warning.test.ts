import { describe, expect, it } from "vitest";
import type { Sample } from "../../src/base/sample.ts";
import type { KernelRun } from "../../src/base/scaling-result.ts";
import { analyseKernel } from "../../src/model/analyse.ts";
import { disturbancesOf } from "../../src/model/disturbance.ts";
import { kernelWarnings } from "../../src/model/kernel-warning.ts";
import { autocorrelation, isCorrelated, modality } from "../../src/model/statistic/series-statistics.ts";
import { cellOf, sample } from "../fixture/cell.ts";

const run: KernelRun = {
  id: "k",
  title: "K",
  bound: "compute",
  source: "here",
  size: "tiny",
  chunks: 8,
  copies: 1,
  rounds: 16,
  launches: 1,
  stoppedBy: "max-rounds",
  warmUps: [{ callsNs: [1], steady: true }],
};

/** The codes of the warnings about sixteen undisturbed rounds with two workers, changed by `change`. */
function warningCodes(change: (round: number) => Partial<Sample>, further: Partial<KernelRun> = {}): string[] {
  const rounds = Array.from({ length: 16 }, (_, round) => round);
  const cells = [
    cellOf(
      "serial",
      1,
      rounds.map((round) => sample(1, 1e9, { round })),
    ),
    cellOf(
      "pool",
      2,
      rounds.map((round) => sample(2, 5.2e8, { round, ...change(round) })),
    ),
  ];
  return kernelWarnings({ ...run, ...further }, cells, analyseKernel(cells), 0.02).map(({ code }) => code);
}

describe("kernelWarnings", () => {
  it("is empty for undisturbed rounds", () => expect(warningCodes(() => ({}))).toEqual([]));
  it.each<[string, (round: number) => Partial<Sample>, Partial<KernelRun>]>([
    ["wrong-answer", () => ({}), { wrong: "sum is 1" }],
    ["few-rounds", () => ({}), { rounds: 5 }],
    ["not-steady", () => ({}), { warmUps: [{ callsNs: [1], steady: false }] }],
    ["not-converged", (round) => ({ spanNs: 5.2e8 * (1 + (round % 3) / 5) }), {}],
    ["superlinear", () => ({ spanNs: 4e8 }), {}],
    ["disturbed", (round) => (round === 3 ? { waitNs: [2e8, 0] } : {}), {}],
    ["disturbed", (round) => (round === 3 ? { stealNs: 2e8 } : {}), {}],
    ["disturbed", (round) => (round === 3 ? { throttledNs: 2e8 } : {}), {}],
    ["skew", () => ({ skewNs: 1e7 }), {}],
    ["correlated", (round) => ({ spanNs: 5.2e8 * (1 + 0.002 * round) }), {}],
  ])("contains %s", (code, change, further) => expect(warningCodes(change, further)).toContain(code));
});

it("disturbancesOf lists the worst round first, and ignores oversubscribed cells and ceilings", () => {
  const pool = (further: object) =>
    cellOf(
      "pool",
      2,
      [0, 1, 2].map((round) => sample(2, 1e9, { round, waitNs: [round * 3e8, 0] })),
      further,
    );
  expect(disturbancesOf([pool({})]).map(({ round, share }) => [round, share])).toEqual([
    [2, 0.3],
    [1, 0.15],
  ]);
  expect(disturbancesOf([pool({ oversubscribed: true }), pool({ role: "ceiling" })])).toEqual([]);
});

it("isCorrelated distinguishes a correlated series from an independent one", () => {
  expect(autocorrelation([1, 2, 3, 4, 5, 6, 7, 8])).toBeGreaterThan(0.5);
  expect(isCorrelated(Array.from({ length: 16 }, (_, at) => at))).toBe(true);
  expect(isCorrelated([1, 5, 2, 6, 1, 5, 2, 6])).toBe(false);
  expect(autocorrelation([1, 1, 1])).toBe(0);
});

it("modality is above 2.8 for a distribution with two modes, and 2 for one mode", () => {
  expect(modality([1, 2, 2, 2, 2, 2, 2, 2, 3])).toBe(2);
  expect(modality([1, 1, 1, 1, 1, 3, 3, 3, 3])).toBeGreaterThan(2.8);
  expect(modality([1, 1, 1])).toBe(2);
});
