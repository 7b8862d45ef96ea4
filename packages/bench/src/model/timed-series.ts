import { formatBytes } from "../base/byte-size.ts";
import type { MessageResult } from "../base/message-result.ts";
import type { ScalingResult } from "../base/scaling-result.ts";
import type { Ballast, SpawnResult } from "../base/spawn-result.ts";

/** The times of one quantity that a run measured repeatedly. */
export interface TimedSeries {
  /** Unique in its run. */
  readonly name: string;
  /** In nanoseconds, in time order. */
  readonly times: readonly number[];
}

/** All series of a run; quantities without samples are left out. */
export function timedSeries(result: ScalingResult | SpawnResult | MessageResult): TimedSeries[] {
  return allSeries(result).filter(({ times }) => times.length > 0);
}

function allSeries(result: ScalingResult | SpawnResult | MessageResult): TimedSeries[] {
  switch (result.kind) {
    case "scaling":
      return result.cells.map(({ id, samples }) => ({ name: id, times: samples.map(({ spanNs }) => spanNs) }));
    case "spawn":
      return result.rows.map(({ method, ballast, starts }) => ({
        name: `${method}${ballastSuffix(ballast)}`,
        times: starts.map(({ goneNs }) => goneNs),
      }));
    case "message":
      return [...result.cells.map((cell) => ({ ...cell, window: 1 })), ...result.streams].map(
        ({ transport, shape, bytes, window, samples }) => ({
          name: `${transport}, ${shape}, ${formatBytes(bytes)}${window > 1 ? `, ${window} under way` : ""}`,
          times: samples.map(({ wayNs }) => wayNs),
        }),
      );
  }
}

/** The part of a name that describes the ballast; empty without one. */
export function ballastSuffix({ kind, bytes }: Ballast): string {
  return bytes === 0 ? "" : `, ${kind} of ${formatBytes(bytes)}`;
}
