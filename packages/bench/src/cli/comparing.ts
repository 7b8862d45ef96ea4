import { BenchError, exitCodes } from "../base/bench-error.ts";
import { formatBytes } from "../base/byte-size.ts";
import type { Comparison } from "../base/comparison.ts";
import type { Result } from "../base/result-file.ts";
import { compareQuantities, quantitiesOf } from "../model/compare.ts";
import { noiseFloor } from "../model/noise-floor.ts";

/**
 * Compares two results of one kind; the threshold is never below what the runs themselves show as noise.
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
  const floors = [earlier, later].map((result) => noiseFloor(seriesOf(result).map(({ times }) => times)));
  const threshold = Math.max(wanted, ...floors);
  const sameMachine = earlier.context.machineId === later.context.machineId;
  const comparisons = compareQuantities(quantitiesOf(earlier), quantitiesOf(later), { threshold, sameMachine });
  return { comparisons, threshold };
}

/** Everything that was timed again and again, by name, each in the order of time. */
export function seriesOf(result: Result): { readonly name: string; readonly times: number[] }[] {
  switch (result.kind) {
    case "scaling":
      return result.cells.map(({ id, samples }) => ({ name: id, times: samples.map((sample) => sample.spanNs) }));
    case "spawn":
      return result.rows.map(({ method, ballast, births }) => ({
        name: ballast.bytes === 0 ? method : `${method}, ${ballast.kind} of ${formatBytes(ballast.bytes)}`,
        times: births.map((birth) => birth.goneNs),
      }));
    case "message":
      return result.cells.map(({ transport, shape, bytes, samples }) => ({
        name: `${transport}, ${shape}, ${formatBytes(bytes)}`,
        times: samples.map((sample) => sample.wayNs),
      }));
  }
}
