import { BenchError, exitCodes } from "../base/bench-error.ts";
import type { Comparison } from "../base/comparison.ts";
import type { Result } from "../base/result-file.ts";
import { compareQuantities, quantitiesOf } from "../model/compare-results.ts";
import { noiseFloor } from "../model/noise-floor.ts";
import { timedSeries } from "../model/timed-series.ts";

/**
 * Compares two results of one kind. The threshold is at least the noise of the runs.
 *
 * @throws {BenchError} when they are of different kinds.
 */
export function compareResults(
  earlier: Result,
  later: Result,
  wanted: number,
): { comparisons: Comparison[]; threshold: number } {
  if (earlier.kind !== later.kind) {
    throw new BenchError(`Cannot compare a ${earlier.kind} result with a ${later.kind} result`, exitCodes.usage);
  }
  const floors = [earlier, later].map((result) => noiseFloor(timedSeries(result).map(({ times }) => times)));
  const threshold = Math.max(wanted, ...floors);
  const sameMachine = earlier.context.machineId === later.context.machineId;
  const comparisons = compareQuantities(quantitiesOf(earlier), quantitiesOf(later), { threshold, sameMachine });
  return { comparisons, threshold };
}
