import { type Interval, isKnown } from "../../base/interval.ts";
import type { KernelResult, LevelResult } from "../../base/scaling-result.ts";
import { amdahlSpeedUp } from "./amdahl.ts";

/**
 * What a single level says about the serial share of the work, and about twice as many workers. Two usable CPUs allow
 * no more: a serial part and an overhead of each worker cannot be separated.
 *
 * The share is the Karp–Flatt metric, cut to 0…1. Its upper end bounds the serial share when no overhead is negative.
 * The prediction takes all of it as serial, by Amdahl's law.
 *
 * @param level the highest level within the usable CPUs.
 * @returns nothing for one worker, and without an interval.
 */
export function serialBoundOf(level: LevelResult | undefined): Pick<KernelResult, "serialBound" | "prediction"> {
  if (level?.karpFlatt === undefined || !isKnown(level.karpFlatt)) return {};
  const cut = (share: number) => Math.min(1, Math.max(0, share));
  const { value, low, high } = level.karpFlatt;
  const share: Interval = { value: cut(value), low: cut(low), high: cut(high) };
  const workers = 2 * level.workers;
  const speedUp: Interval = {
    value: amdahlSpeedUp(share.value, workers),
    low: amdahlSpeedUp(share.high, workers),
    high: amdahlSpeedUp(share.low, workers),
  };
  return {
    serialBound: { workers: level.workers, share },
    prediction: { workers, speedUp, law: "Karp–Flatt" },
  };
}
