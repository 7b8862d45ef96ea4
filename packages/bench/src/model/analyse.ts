import type { Interval } from "../base/interval.ts";
import type { Cell, Sample } from "../base/sample.ts";
import type { KernelResult, LevelResult } from "../base/scaling-result.ts";
import { amdahlSpeedUp, fitAmdahl } from "./amdahl.ts";
import { bootstrapRounds, percentileInterval } from "./bootstrap.ts";
import { karpFlatt } from "./karp-flatt.ts";
import { median, medianInterval } from "./median.ts";
import { pairedRatio } from "./ratio.ts";

/** Everything that follows from a kernel's samples. */
export interface Analysis {
  readonly levels: readonly LevelResult[];
  /** Absent when there is no serial sample to compare with. */
  readonly result?: KernelResult;
}

/**
 * Derives a kernel's numbers from its cells; reads nothing else, so a saved result can be derived again.
 *
 * The cells of a round belong together; a round that was cut short counts only where both of its cells were measured.
 */
export function analyseKernel(cells: readonly Cell[]): Analysis {
  const serial = cells.find((cell) => cell.role === "serial");
  if (serial === undefined || serial.samples.length === 0) return { levels: [] };
  const pools = cells.filter((cell) => cell.role === "pool" && cell.samples.length > 0);
  const one = pools.find((cell) => cell.workers === 1);
  const levels = pools.map((cell) => analyseLevel(cell, serial, one));
  const fitted = pools.filter((cell) => !cell.oversubscribed);
  const poolTax = one && shift(ratio(one, serial), -1);
  return {
    levels,
    result: {
      kernel: serial.kernel,
      serialNs: medianInterval(spans(serial.samples)),
      ...(poolTax ? { poolTax } : {}),
      ...(fitted.length >= 3 ? { amdahl: analyseAmdahl(fitted) } : {}),
    },
  };
}

function analyseLevel(cell: Cell, serial: Cell, one: Cell | undefined): LevelResult {
  const { kernel, workers, oversubscribed } = cell;
  const speedUp = ratio(serial, cell);
  return {
    kernel,
    workers,
    oversubscribed,
    timeNs: medianInterval(spans(cell.samples)),
    kernelNs: median(cell.samples.map((sample) => sample.kernelNs)),
    speedUp,
    efficiency: scale(speedUp, 1 / workers),
    relativeSpeedUp: ratio(one ?? serial, cell),
    ...(workers > 1 ? { karpFlatt: karpFlatt({ ...speedUp, value: speedUp.ofMedians }, workers) } : {}),
  };
}

/** The serial share with its interval, from rounds drawn again and again. */
function analyseAmdahl(pools: readonly Cell[]): NonNullable<KernelResult["amdahl"]> {
  const rounds = Math.min(...pools.map((cell) => cell.samples.length));
  const fit = (drawn?: readonly number[]) =>
    fitAmdahl(
      pools.map((cell) => {
        const all = spans(cell.samples);
        return { workers: cell.workers, time: median(drawn ? drawn.map((round) => all[round] as number) : all) };
      }),
    ).serialShare;
  const drawings = bootstrapRounds(rounds, (drawn) => [fit(drawn)]).map(([share]) => share as number);
  const serialShare = percentileInterval(fit(), drawings);
  return { serialShare, limit: amdahlSpeedUp(serialShare.value, Number.POSITIVE_INFINITY) };
}

/** The ratio of two cells' spans over the rounds that have both. */
function ratio(above: Cell, below: Cell) {
  const partner = new Map(below.samples.map((sample) => [roundKey(sample), sample.spanNs]));
  const pairs = above.samples.filter((sample) => partner.has(roundKey(sample)));
  return pairedRatio(
    spans(pairs),
    pairs.map((sample) => partner.get(roundKey(sample)) as number),
  );
}

function roundKey(sample: Sample): string {
  return `${sample.launch}/${sample.round}`;
}

function spans(samples: readonly Sample[]): number[] {
  return samples.map((sample) => sample.spanNs);
}

function scale({ value, low, high }: Interval, factor: number): Interval {
  return { value: value * factor, low: low * factor, high: high * factor };
}

function shift({ value, low, high }: Interval, by: number): Interval {
  return { value: value + by, low: low + by, high: high + by };
}
