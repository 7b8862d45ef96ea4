import { type Pin, pinOrder } from "../../base/pin-order.ts";
import { describeUsableCpus, detectUsableCpus, type UsableCpus } from "../../base/usable-cpus.ts";
import type { Kernel, Size } from "../../kernel/kernel.ts";

/** What to measure, and how long. */
export interface ScalingOptions {
  /** Kernels to measure, one after the other. */
  readonly kernels: readonly Kernel[];
  /** Counts of workers, each ≥ 1. Default: 1, 2, 4… up to the usable CPUs, and these themselves. */
  readonly levels?: readonly number[];
  /** Default: `"medium"`, about a second of one core's work. */
  readonly size?: Size;
  /** `strong` shares the same work among more workers; `weak` gives every worker as much. Default: `"strong"`. */
  readonly mode?: "strong" | "weak";
  /** Half-width of the 95 % interval of every speed-up at which a kernel's rounds end. Default: 0.02. */
  readonly targetError?: number;
  /** Of all launches together. Default: 42. */
  readonly maxRounds?: number;
  /** Per kernel, in milliseconds: rounds do not end earlier because intervals are narrow. Default: 0. */
  readonly minTimeMs?: number;
  /**
   * Per kernel, in milliseconds, warm-ups not counted; six rounds are measured even when they take up to twice as long.
   * Default: 15 000.
   */
  readonly maxTimeMs?: number;
  /**
   * How often all isolates are started anew, rounds divided among them: each isolate compiles in its own way, and keeps to
   * it. Default: 3.
   */
  readonly launches?: number;
  /** Shortest warm-up of each isolate, in milliseconds; ten times that is the longest. Default: 300. */
  readonly warmUpMs?: number;
  /** What the workers are: threads, fresh processes, or forks of a small one. Default: `"thread"`. */
  readonly backend?: "thread" | "spawn" | "forkserver";
  /** Keeps each worker on a CPU of its own. Default: the scheduler is free. */
  readonly pin?: Pin;
  /**
   * True keeps each cell to as many CPUs as it has workers. Otherwise helper threads of V8 use the CPUs that are free at low
   * counts, which flatters these. Default: false.
   */
  readonly restrict?: boolean;
  /** True collects the garbage of every isolate between cells. Default: false. */
  readonly collect?: boolean;
  /** False measures without checking answers; the result then says so. Default: true. */
  readonly verify?: boolean;
  /** Measures native threads in the same rounds, when there is a C compiler. Default: true. */
  readonly ceiling?: boolean;
  /** Repeats the order of an earlier run. Default: drawn at random. */
  readonly seed?: number;
  /** The CPUs to plan for. Default: detected. */
  readonly cpus?: UsableCpus;
  /** Kept with the result, for the reader. */
  readonly context?: Record<string, string>;
  /** Ends the run after the cell in hand; what was measured until then is the result. */
  readonly signal?: AbortSignal;
  /** Told between cells, never during one. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Where a run stands. */
export interface Progress {
  readonly subject: string;
  readonly doing: string;
  /** Share of the whole run that is done, 0…1, by the time caps. */
  readonly share: number;
  /** Longest time that the rest may take, in nanoseconds; infinite when it is not known. */
  readonly leftNs: number;
}

/** The options with every default filled in. */
export interface ScalingPlan extends Required<Omit<ScalingOptions, NotInPlan>> {
  readonly minTimeNs: number;
  readonly maxTimeNs: number;
  readonly warmUpNs: number;
  /** CPUs of the workers, in order; empty when the scheduler is free. */
  readonly pinned: readonly number[];
}

type NotInPlan = "signal" | "onProgress" | "minTimeMs" | "maxTimeMs" | "warmUpMs" | "pin";

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} when a number is out of its range.
 */
export function planScaling(options: ScalingOptions): ScalingPlan {
  const cpus = options.cpus ?? detectUsableCpus();
  const levels = [...new Set(options.levels ?? defaultLevels(cpus.usable))].sort((a, b) => a - b);
  for (const level of levels) {
    if (!Number.isInteger(level) || level < 1 || level > 1024) {
      throw new RangeError(`Cannot measure with ${level} workers: write whole numbers from 1 to 1024`);
    }
  }
  const { targetError = 0.02, maxRounds = 42, minTimeMs = 0, maxTimeMs = 15_000 } = options;
  const { launches = 3, warmUpMs = 300 } = options;
  if (!(targetError > 0 && targetError < 1))
    throw new RangeError(`Cannot aim at an error of ${targetError}: write a share between 0 and 1`);
  if (!Number.isInteger(maxRounds) || maxRounds < 1)
    throw new RangeError(`Cannot measure ${maxRounds} rounds: write a whole number from 1`);
  if (!(maxTimeMs > 0)) throw new RangeError(`Cannot measure for ${maxTimeMs} ms: write a time above 0`);
  if (!Number.isInteger(launches) || launches < 1)
    throw new RangeError(`Cannot measure ${launches} launches: write a whole number from 1`);
  for (const [what, ms] of Object.entries({ minTimeMs, warmUpMs }))
    if (!(ms >= 0)) throw new RangeError(`Cannot measure with ${what} ${ms}: write a time from 0`);
  if (options.restrict && options.pin !== undefined)
    throw new RangeError("Cannot restrict cells while workers are pinned: pinned workers keep to their CPUs anyway");
  return {
    kernels: options.kernels,
    levels,
    size: options.size ?? "medium",
    mode: options.mode ?? "strong",
    targetError,
    maxRounds,
    minTimeNs: minTimeMs * 1e6,
    maxTimeNs: maxTimeMs * 1e6,
    launches,
    warmUpNs: warmUpMs * 1e6,
    pinned: options.pin === undefined ? [] : pinOrder(options.pin, cpus),
    restrict: options.restrict ?? false,
    collect: options.collect ?? false,
    verify: options.verify ?? true,
    backend: options.backend ?? "thread",
    ceiling: options.ceiling ?? true,
    seed: options.seed ?? Math.floor(Math.random() * 2 ** 31),
    cpus,
    context: options.context ?? {},
  };
}

/** 1, 2, 4… up to the usable CPUs, and these themselves. */
export function defaultLevels(usable: number): number[] {
  const levels: number[] = [];
  for (let level = 1; level < usable; level *= 2) levels.push(level);
  return [...levels, usable];
}

/** The lines that say, before anything is measured, which levels count and which do not. */
export function describePlan({ levels, cpus }: Pick<ScalingPlan, "levels" | "cpus">): string {
  const within = levels.filter((level) => level <= cpus.usable);
  const beyond = levels.filter((level) => level > cpus.usable);
  const lines = [`levels ${levels.join(" ")}; ${describeUsableCpus(cpus)}`];
  if (beyond.length > 0) {
    lines.push(`  measuring ${within.join(" ") || "none"}: counted in fits`);
    lines.push(`  measuring ${beyond.join(" ")}: OVERSUBSCRIBED, shown hollow, not fitted`);
  }
  return lines.join("\n");
}
