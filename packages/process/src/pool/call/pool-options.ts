import type { ResourceLimits } from "node:worker_threads";
import { checkOptionKeys } from "../../base/options.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { CancelOutcome } from "../schedule/task.ts";

/** How a pool is made. */
export interface PoolOptions<Args extends readonly unknown[] = readonly unknown[]> {
  /** How many workers, ≥ 1. Default: one a processor, see `cpuCount()`; in a worker of a pool, that worker's share of them. */
  readonly processes?: number;
  /** Runs in each worker before its first task, in those that replace others too. Default: none. */
  readonly initializer?: Target;
  /** What the initializer is called with. Default: nothing. */
  readonly initArgs?: Readonly<Args>;
  /** Replaces a worker after so many tasks, ≥ 1; a chunk of a `map` is one task. Default: never. */
  readonly maxTasksPerChild?: number;
  /** Replaces a worker that holds more than so many bytes after a task: a process's resident memory, a thread's heap and buffers. Default: never. */
  readonly maxBytesPerChild?: number;
  /** Default: that of the class's context, or what `setStartMethod()` set, or `"thread"`. */
  readonly startMethod?: StartMethodName;
  /** Limits of the heap, in MB; only threads have them. Default: none. */
  readonly resourceLimits?: ResourceLimits;
  /** How long a cancelled task, or a process told to terminate, has to stop before it is ended, in milliseconds. Default: 1000. */
  readonly graceMs?: number;
}

/** What every call of a pool takes. */
export interface CallOptions {
  /**
   * Cancels in two steps: the task sees it as `currentTask().signal` and may stop; when it has not after the pool's
   * `graceMs`, its worker is ended. The call rejects with `signal.reason` when either has happened. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
  /** Is told how a cancelled task came to its end. Default: none. */
  readonly onCancel?: (how: CancelOutcome) => void;
  /**
   * Runs what ended its worker again, up to so many times in all. Only for calls that may be repeated. Default: 1 attempt.
   */
  readonly retry?: { readonly attempts: number };
}

/** What `apply()` takes. */
export interface ApplyOptions extends CallOptions {
  /** Longest time that it may run, in milliseconds, counted from its start; then it is cancelled as by a signal. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/** How far a `map` has come. */
export interface Progress {
  /** Items that are done. */
  readonly done: number;
  readonly total: number;
}

/** What `map()` and `starmap()` take. */
export interface MapOptions extends CallOptions {
  /** Items in a chunk, ≥ 1. Default: Python's, `length / (4 × workers)`, shrinking towards the end. */
  readonly chunkSize?: number | undefined;
  /** Is told after each chunk. Default: none. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What `imap()` and `imapUnordered()` take. */
export interface ImapOptions extends CallOptions {
  /** Items in a chunk, ≥ 1. Default: 1. */
  readonly chunkSize?: number | undefined;
  /** How many items may have been read and not been handed out, ≥ 1. Default: four chunks a worker. */
  readonly bufferSize?: number | undefined;
}

const poolKeys = [
  "processes",
  "initializer",
  "initArgs",
  "maxTasksPerChild",
  "maxBytesPerChild",
  "startMethod",
  "resourceLimits",
  "graceMs",
] as const satisfies readonly (keyof PoolOptions)[];

/** @throws {TypeError} or {RangeError} naming the option, what it is and what to write. */
export function checkPoolOptions(what: string, options: PoolOptions, renamed: Record<string, string> = {}): void {
  const known = poolKeys.map((key) => renamed[key] ?? key);
  checkOptionKeys(what, options, known);
  const given = options as Record<string, unknown>;
  const named = (key: (typeof poolKeys)[number]) => renamed[key] ?? key;
  for (const key of ["processes", "maxTasksPerChild", "maxBytesPerChild"] as const) {
    checkCount(`make a ${what}`, named(key), given[named(key)]);
  }
  const { initializer, initArgs, graceMs } = options;
  if (initializer !== undefined) checkFunction(`make a ${what}`, "initializer", initializer);
  if (initArgs !== undefined && !Array.isArray(initArgs)) {
    throw new TypeError(`Cannot make a ${what}: initArgs is ${typeof initArgs}, write an array`);
  }
  if (graceMs !== undefined && !(typeof graceMs === "number" && graceMs >= 0)) {
    throw new RangeError(`Cannot make a ${what}: graceMs is ${String(graceMs)}, write milliseconds, ≥ 0`);
  }
  if (options.startMethod !== undefined) startMethod(options.startMethod);
}

/** @throws {RangeError} when a count is given and is no whole number ≥ 1. */
export function checkCount(what: string, option: string, value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 1)) return;
  const given = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new RangeError(`Cannot ${what}: ${option} is ${given}, write a whole number ≥ 1`);
}

/** @throws {TypeError} when a value is no target. */
export function checkFunction(what: string, option: string, value: unknown): asserts value is Target<AnyFunction> {
  if (typeof value === "function" || value instanceof URL) return;
  if (typeof value === "object" && value !== null && "module" in value) return;
  const given = value === null ? "null" : typeof value === "string" ? JSON.stringify(value) : typeof value;
  throw new TypeError(
    `Cannot ${what}: ${option} is ${given}, give a function or { module: new URL("./job.js", import.meta.url), name: "job" }`,
  );
}

/** The options of a call that names none. */
export const none: Readonly<Record<string, never>> = Object.freeze({});

/** Checks what every call takes. @throws {TypeError} or {RangeError} naming the option. */
export function checkCallOptions(call: string, options: CallOptions, further: readonly string[]): void {
  if (options === none) return;
  checkOptionKeys(call, options, ["signal", "onCancel", "retry", ...further]);
  const { signal, retry } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot run ${call}: signal is ${typeof signal}, write an AbortSignal`);
  }
  if (retry !== undefined) checkCount(`run ${call}`, "retry.attempts", retry.attempts);
}
