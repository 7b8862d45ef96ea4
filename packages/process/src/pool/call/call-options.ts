import { checkOptionKeys } from "../../base/options.ts";
import type { CancelOutcome } from "../schedule/task.ts";
import { isCount } from "./check-argument.ts";

/** The options of every call of a pool. */
export interface CallOptions {
  /**
   * Cancels the call in two steps. The task sees the abort as `currentTask().signal` and may stop. A task that has
   * not stopped after the pool's `graceMs` is ended with its worker. Then the call rejects with `signal.reason`.
   * Default: none.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called with how a cancelled task ended. Default: none. */
  readonly onCancel?: (how: CancelOutcome) => void;
  /**
   * Runs a task that crashed its worker again, up to this number of attempts in all. Only for calls that may be
   * repeated. Default: 1 attempt.
   */
  readonly retry?: { readonly attempts: number };
  /**
   * Which waiting call a free worker takes first: one of a higher number. Calls of the same number are taken in the
   * order of queueing. No call starves: a second of waiting counts as much as 1 of priority. Any finite number.
   * Default: 0.
   */
  readonly priority?: number | undefined;
}

/** The options of `apply()`. */
export interface ApplyOptions extends CallOptions {
  /**
   * Longest time that the call may run, in milliseconds, counted from its start. After that it is cancelled as by a
   * signal. Default: no limit.
   */
  readonly timeoutMs?: number | undefined;
}

/** The progress of a `map`. */
export interface Progress {
  /** How many items have been processed. */
  readonly done: number;
  readonly total: number;
}

/** The progress of an `imap`. */
export interface ImapProgress {
  /** How many items have been processed. */
  readonly done: number;
  /** `undefined` while it is unknown: the input has no `length` or `size`, and was not read to its end. */
  readonly total: number | undefined;
}

/** The options of every call with items. */
export interface ItemOptions extends CallOptions {
  /** Items in a chunk, ≥ 1. */
  readonly chunkSize?: number | undefined;
  /**
   * Longest time that the call of one item may run, in milliseconds, counted from its start. After that it is cancelled
   * as by a signal and fails with a {@link TimeoutError}; the other items are not affected. Each item is sent alone.
   * Default: no limit.
   */
  readonly itemTimeoutMs?: number | undefined;
  /**
   * What a failed item does: `"throw"` rejects; `"collect"` gives its error among the results, each of which is
   * `{ status: "fulfilled", value }` or `{ status: "rejected", reason }` then, as of `Promise.allSettled()`.
   * Default: `"throw"`.
   */
  readonly onError?: "throw" | "collect";
  /** Called after each chunk. Default: none. */
  readonly onProgress?: unknown;
}

/** The options of `map()` and `starmap()`. */
export interface MapOptions extends ItemOptions {
  /** Items in a chunk, ≥ 1. Default: Python's `length / (4 × workers)`, shrinking towards the end. */
  readonly chunkSize?: number | undefined;
  /**
   * Runs a chunk a second time when it takes more than twice as long as expected and a worker has nothing else to do.
   * The first answer counts, and the other run is cancelled as by a signal. Needs {@link retry}, which says that
   * items may be repeated. Default: false.
   */
  readonly speculate?: boolean | undefined;
  /** Called after each chunk. Default: none. */
  readonly onProgress?: (progress: Progress) => void;
  readonly onError?: "throw";
}

/** The options of `imap()` and `imapUnordered()`. */
export interface ImapOptions extends ItemOptions {
  /** Items in a chunk, ≥ 1. Default: 1. */
  readonly chunkSize?: number | undefined;
  /** How many items may have been read and not been handed out, ≥ 1. Default: four chunks per worker. */
  readonly bufferSize?: number | undefined;
  /** Called after each chunk. Default: none. */
  readonly onProgress?: (progress: ImapProgress) => void;
  readonly onError?: "throw";
}

/** The options of a call that gives errors among its results. */
export type Collect<Options> = Omit<Options, "onError"> & { readonly onError: "collect" };

/** The options of a call that has none; it is not checked. */
export const noOptions: Readonly<Record<string, never>> = Object.freeze({});

/** Checks the options that every call takes. @throws {TypeError} or {RangeError} that names the option. */
export function checkCallOptions(call: string, options: CallOptions, further: readonly string[]): void {
  if (options === noOptions) return;
  checkOptionKeys(call, options, ["signal", "onCancel", "retry", "priority", ...further]);
  const { signal, onCancel, retry, priority } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot run ${call}: signal is ${typeof signal}, write an AbortSignal`);
  }
  if (onCancel !== undefined && typeof onCancel !== "function") {
    throw new TypeError(`Cannot run ${call}: onCancel is ${typeof onCancel}, write a function`);
  }
  if (retry !== undefined) checkRetry(call, retry);
  if (priority !== undefined && !Number.isFinite(priority)) {
    const given = typeof priority === "string" ? JSON.stringify(priority) : String(priority);
    throw new RangeError(`Cannot run ${call}: priority is ${given}, write a finite number; 0 is ordinary`);
  }
}

function checkRetry(call: string, retry: NonNullable<CallOptions["retry"]>): void {
  checkOptionKeys("retry", retry, ["attempts"]);
  const { attempts } = retry;
  if (isCount(attempts)) return;
  const given = typeof attempts === "string" ? JSON.stringify(attempts) : String(attempts);
  throw new RangeError(`Cannot run ${call}: retry.attempts is ${given}, write a whole number ≥ 1`);
}
