import type { Interval, Ratio } from "../base/interval.ts";
import type { Cell, Sample } from "../base/sample.ts";
import type { KernelResult, LevelResult } from "../base/scaling-result.ts";
import { fitLaws } from "./law/fit-laws.ts";
import { karpFlatt } from "./law/karp-flatt.ts";
import { serialBoundOf } from "./law/serial-bound.ts";
import { lossOf, lossTreeOf } from "./loss.ts";
import { launchVariation } from "./statistic/launch-variation.ts";
import { median, medianInterval } from "./statistic/median.ts";
import { pairedRatio } from "./statistic/ratio.ts";

/** All numbers that are derived from a kernel's samples. */
export interface Analysis {
  readonly levels: readonly LevelResult[];
  /** Absent when there is no serial sample to compare with. */
  readonly result?: KernelResult;
}

/**
 * Derives a kernel's numbers from its cells. It reads nothing else, so the numbers of a saved result can be derived
 * again.
 *
 * Ratios pair the cells of the same round. An incomplete round counts only in ratios whose cells it contains.
 */
export function analyseKernel(cells: readonly Cell[]): Analysis {
  const measured = cells.filter((cell) => cell.samples.length > 0);
  const serial = measured.find((cell) => cell.role === "serial");
  if (serial === undefined) return { levels: [] };
  const pools = measured.filter((cell) => cell.role === "pool");
  const one = pools.find((cell) => cell.workers === 1);
  const poolTax = one && shift(ratio(one, serial), -1);
  const levels = pools.map((cell) => analyseLevel(cell, serial, one, measured));
  return {
    levels,
    result: {
      kernel: serial.kernel,
      serialNs: medianInterval(serial.samples.map((sample) => sample.spanNs)),
      ...(poolTax ? { poolTax } : {}),
      ...variationOf(pools, serial),
      ...serialBoundOf(levels.filter((level) => !level.oversubscribed).at(-1)),
      ...fitLaws(pools, serial),
    },
  };
}

function analyseLevel(cell: Cell, serial: Cell, one: Cell | undefined, cells: readonly Cell[]): LevelResult {
  const { kernel, workers, oversubscribed } = cell;
  const growth = cell.copies / serial.copies;
  const speedUp = enlarge(ratio(serial, cell), growth);
  const loss = lossOf(cell, serial);
  const tree = one && lossTreeOf(cell, one, serial);
  return {
    kernel,
    workers,
    oversubscribed,
    timeNs: medianInterval(cell.samples.map((sample) => sample.spanNs)),
    kernelNs: median(cell.samples.map((sample) => sample.kernelNs)),
    speedUp,
    efficiency: scale(speedUp, 1 / workers),
    relativeSpeedUp: scale(ratio(one ?? serial, cell), growth),
    ...(workers > 1 && growth === 1 ? { karpFlatt: karpFlatt(speedUp, workers) } : {}),
    ...againstCeiling(cell, serial, cells, growth),
    ...(loss === undefined ? {} : { loss }),
    ...(tree === undefined ? {} : { tree }),
    gc: sumOver(cell, (sample) => sample.gcNs) / sumOver(cell, (sample) => sample.busyNs),
  };
}

function sumOver(cell: Cell, pick: (sample: Sample) => readonly number[]): number {
  return cell.samples.flatMap(pick).reduce((sum, value) => sum + value, 0);
}

/** The variation of the highest level's speed-up between launches and within them. */
function variationOf(pools: readonly Cell[], serial: Cell): Pick<KernelResult, "variation"> {
  const highest = pools.filter((cell) => !cell.oversubscribed).at(-1);
  const byLaunch = new Map<number, number[]>();
  for (const sample of highest?.samples ?? []) {
    const base = spanIn(serial, sample);
    if (base === undefined) continue;
    byLaunch.set(sample.launch, [...(byLaunch.get(sample.launch) ?? []), Math.log(base / sample.spanNs)]);
  }
  const variation = launchVariation([...byLaunch.values()]);
  return variation === undefined ? {} : { variation };
}

/**
 * The speed-up of native threads, and the kernel's relative to it, round by round: a disturbance of both cancels out.
 */
function againstCeiling(
  cell: Cell,
  serial: Cell,
  cells: readonly Cell[],
  growth: number,
): Pick<LevelResult, "ceiling" | "machineEfficiency"> {
  const ceilings = cells.filter((candidate) => candidate.role === "ceiling");
  const base = ceilings.find((candidate) => candidate.workers === 1);
  const own = ceilings.find((candidate) => candidate.workers === cell.workers);
  if (base === undefined || own === undefined) return {};
  const rounds = serial.samples.flatMap((sample) => {
    const spans = [cell, base, own].map((other) => spanIn(other, sample));
    return spans.every((span) => span !== undefined)
      ? [[sample.spanNs, ...spans] as [number, number, number, number]]
      : [];
  });
  return {
    ceiling: scale(ratio(base, own), growth),
    machineEfficiency: pairedRatio(
      rounds.map(([alone, , , native]) => alone * native),
      rounds.map(([, pool, nativeAlone]) => pool * nativeAlone),
    ),
  };
}

function spanIn(cell: Cell, { launch, round }: Sample): number | undefined {
  return cell.samples.find((sample) => sample.launch === launch && sample.round === round)?.spanNs;
}

/** The ratio of two cells' spans, over the rounds that contain both. */
function ratio(above: Cell, below: Cell): Ratio {
  const pairs = above.samples.flatMap((sample) => {
    const other = spanIn(below, sample);
    return other === undefined ? [] : [[sample.spanNs, other] as const];
  });
  return pairedRatio(
    pairs.map(([span]) => span),
    pairs.map(([, span]) => span),
  );
}

function enlarge(ratio: Ratio, factor: number): Ratio {
  return { ...ratio, ...scale(ratio, factor), ofMedians: ratio.ofMedians * factor };
}

function scale({ value, low, high }: Interval, factor: number): Interval {
  return { value: value * factor, low: low * factor, high: high * factor };
}

function shift({ value, low, high }: Interval, by: number): Interval {
  return { value: value + by, low: low + by, high: high + by };
}
