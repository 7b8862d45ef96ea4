import { type Interval, isKnown } from "../../base/interval.ts";
import type { LevelResult, Loss, ScalingResult } from "../../base/scaling-result.ts";
import { factor, percent, range } from "./format-number.ts";

/** The parts of the loss with their names, in drawing order. The useful part is not included. */
export function lossParts(loss: Loss): { readonly key: keyof Loss; readonly name: string; readonly share: number }[] {
  const names = [
    ["inflation", "more CPU time"],
    ["waiting", "waiting for a CPU"],
    ["steal", "the hypervisor"],
    ["throttled", "the CPU quota"],
    ["other", "held up"],
    ["balance", "uneven load"],
    ["dispatch", "dispatch"],
  ] as const;
  return names.map(([key, name]) => ({ key, name, share: loss[key] }));
}

/**
 * The share of the workers' time that is lost: the sum of its parts. A part below zero counts as zero: noise slowed the
 * serial loop more than the workers.
 */
export function lostShare(loss: Loss): number {
  return lossParts(loss).reduce((sum, { share }) => sum + Math.max(0, share), 0);
}

/** From this value on, a share of what native threads reach is noise: they are the upper bound. */
const mostOfNative = 1.1;

/** Whether a level is so far above its upper bound, native threads, that the share is not measurable. */
export function isBeyondNative({ machineEfficiency }: LevelResult): boolean {
  return machineEfficiency !== undefined && machineEfficiency.value > mostOfNative;
}

/** The share of what native threads reach, for pictures; `undefined` when it was not measured, or is noise. */
export function drawnShareOfNative(level: LevelResult): Interval | undefined {
  return isBeyondNative(level) ? undefined : level.machineEfficiency;
}

/** The share of what native threads reach, in words; `undefined` when it was not measured. */
export function shareOfNative(level: LevelResult, format: (share: number) => string): string | undefined {
  if (level.machineEfficiency === undefined) return undefined;
  if (isBeyondNative(level)) return "a share of native threads that is not measurable here";
  return `${format(level.machineEfficiency.value)} of what native threads reach`;
}

/** A count of workers in words. */
export function counted(workers: number): string {
  return workers === 1 ? "one worker" : `${workers} workers`;
}

/** The level with the most workers that still has no more workers than usable CPUs. */
export function fullestLevel(levels: readonly LevelResult[]): LevelResult | undefined {
  return levels.filter((level) => !level.oversubscribed).at(-1);
}

/** The result in one sentence: the speed-up at the fullest level. */
export function scalingFinding({ results, levels }: ScalingResult): string {
  const tops = results
    .flatMap(({ kernel }) => fullestLevel(levels.filter((level) => level.kernel === kernel)) ?? [])
    .sort((one, two) => two.speedUp.value - one.speedUp.value);
  const [best, worst] = [tops[0], tops.at(-1)];
  if (best === undefined || worst === undefined) return "Nothing was measured.";
  if (tops.length > 3) {
    const [most, least] = [best, worst].map(({ kernel, speedUp }) => `${factor(speedUp.value)} (${kernel})`);
    return `With ${counted(best.workers)} ${tops.length} kernels are ${least} to ${most} times as fast as the serial loop.`;
  }
  const words = tops.map((level, at) => {
    const { kernel, workers } = level;
    const share = shareOfNative(level, percent);
    const machine = at === 0 ? share : share?.replace("what native threads reach", "native");
    return `${kernel} ${speedUpWords(level)}${machine === undefined ? "" : `, ${machine}`}${workers === best.workers ? "" : `, with ${counted(workers)}`}`;
  });
  return `With ${counted(best.workers)} ${words.join("; ")}.`;
}

/** A speed-up with its interval, without a claim that the interval does not support. */
export function speedUpWords({ speedUp, workers }: LevelResult): string {
  if (!isKnown(speedUp)) return `${factor(speedUp.value)} times as fast in too few rounds for an interval`;
  const interval = range(speedUp, factor);
  if (workers > 1 && speedUp.low <= 1 && speedUp.high >= 1) return `is not certainly faster (${interval} times)`;
  return `is ${factor(speedUp.value)} times as fast (${interval})`;
}
