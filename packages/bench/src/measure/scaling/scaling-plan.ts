import { type Pin, pinOrder } from "../../base/pin-order.ts";
import { describeUsableCpus, detectUsableCpus, type UsableCpus } from "../../base/usable-cpus.ts";
import type { Kernel, Size } from "../../kernel/kernel.ts";
import type { Progress } from "../progress.ts";

/** What to measure, and how long. */
export interface ScalingOptions {
  /** Kernels to measure, one after the other. */
  readonly kernels: readonly Kernel[];
  /** Numbers of workers, each ≥ 1. Default: 1, 2, 4… up to the usable CPUs, and their number itself. */
  readonly levels?: readonly number[];
  /** Default: `"medium"`, about a second of one core's work. */
  readonly size?: Size;
  /** `strong` divides the same work among the workers; `weak` gives every worker as much work. Default: `"strong"`. */
  readonly mode?: "strong" | "weak";
  /** A kernel's rounds end when the 95 % interval of every speed-up has at most this half-width. Default: 0.02. */
  readonly targetError?: number;
  /** Most rounds of a kernel, all launches together. Default: 42. */
  readonly maxRounds?: number;
  /** Per kernel, in milliseconds: narrow intervals do not end the rounds earlier. Default: 0. */
  readonly minTimeMs?: number;
  /**
   * Per kernel, in milliseconds, without warm-ups. Six rounds are measured even when they take up to five times as
   * long: with fewer there is no 95 % interval. Default: 15 000.
   */
  readonly maxTimeMs?: number;
  /**
   * Shortest time of the fastest cell, in milliseconds: the job is repeated until it takes so long, unless six rounds
   * would then not fit into `maxTimeMs`. Default: 200.
   */
  readonly cellMs?: number;
  /**
   * How often all isolates are started again. The rounds are divided among these launches, since each isolate compiles
   * its code differently and keeps that code. Default: 3.
   */
  readonly launches?: number;
  /** Shortest warm-up of each isolate, in milliseconds; the longest is ten times that. Default: 300. */
  readonly warmUpMs?: number;
  /** The workers: threads, spawned processes, or processes of a fork server. Default: `"thread"`. */
  readonly backend?: "thread" | "spawn" | "forkserver";
  /** Pins each worker to a CPU. Default: workers are not pinned. */
  readonly pin?: Pin;
  /**
   * True pins each cell to as many CPUs as it has workers. Otherwise, cells with few workers look too fast: helper
   * threads of V8 use the free CPUs. Default: false.
   */
  readonly restrict?: boolean;
  /** True collects the garbage of every isolate between cells. Default: false. */
  readonly collect?: boolean;
  /** False skips the check of answers; the result then has a warning. Default: true. */
  readonly verify?: boolean;
  /** Measures native threads in the same rounds, as an upper bound for the speed-up. Default: true. */
  readonly ceiling?: boolean;
  /** Repeats the order of an earlier run. Default: drawn at random. */
  readonly seed?: number;
  /** The CPUs to plan for. Default: detected. */
  readonly cpus?: UsableCpus;
  /** Kept with the result, for the reader. */
  readonly context?: Record<string, string>;
  /** Ends the run after the current cell; the result contains the samples so far. */
  readonly signal?: AbortSignal;
  /** Called between cells, never during one. */
  readonly onProgress?: (progress: Progress) => void;
}

/** The options with every default filled in. */
export interface ScalingPlan extends Required<Omit<ScalingOptions, NotInPlan>> {
  readonly minTimeNs: number;
  readonly maxTimeNs: number;
  readonly warmUpNs: number;
  readonly cellNs: number;
  /** CPUs of the workers, in order; empty when workers are not pinned. */
  readonly pinned: readonly number[];
}

type NotInPlan = "signal" | "onProgress" | "minTimeMs" | "maxTimeMs" | "warmUpMs" | "cellMs" | "pin";

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
  const { launches = 3, warmUpMs = 300, cellMs = 200 } = options;
  if (!(targetError > 0 && targetError < 1))
    throw new RangeError(`Cannot aim at an error of ${targetError}: write a share between 0 and 1`);
  if (!Number.isInteger(maxRounds) || maxRounds < 1)
    throw new RangeError(`Cannot measure ${maxRounds} rounds: write a whole number from 1`);
  if (!(maxTimeMs > 0)) throw new RangeError(`Cannot measure for ${maxTimeMs} ms: write a time above 0`);
  if (!Number.isInteger(launches) || launches < 1)
    throw new RangeError(`Cannot measure ${launches} launches: write a whole number from 1`);
  for (const [what, ms] of Object.entries({ minTimeMs, warmUpMs, cellMs }))
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
    cellNs: cellMs * 1e6,
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

/** Starting and ending the isolates of a launch, in nanoseconds. */
const launchNs = 4e8;

/** How long a kernel is expected to take at most, warm-ups included, in nanoseconds. */
export function kernelNs({ launches, warmUpNs, maxTimeNs }: ScalingPlan): number {
  // The serial isolate warms up before the others do, and every cell runs once before it is measured.
  return maxTimeNs + launches * (launchNs + 4 * warmUpNs);
}

/** 1, 2, 4… up to the usable CPUs, and their number itself. */
export function defaultLevels(usable: number): number[] {
  const levels: number[] = [];
  for (let level = 1; level < usable; level *= 2) levels.push(level);
  return [...levels, usable];
}

/** Text that is shown before the run: which levels are fitted, and which are oversubscribed. */
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
