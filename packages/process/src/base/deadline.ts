import { onAbort } from "./abort-listener.ts";
import { isInterruptible, onInterrupt } from "./interrupt.ts";
import { checkOptionKeys } from "./options.ts";

/** How long a waiting form waits. */
export interface WaitOptions {
  /** Longest wait in milliseconds, ≥ 0; `0` looks once. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait; it then rejects with `signal.reason`. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** How long a blocking form waits. It takes no signal: a blocked thread receives none. */
export type BlockOptions = Pick<WaitOptions, "timeoutMs">;

/** The names of the options of a wait. */
export const waitKeys: readonly string[] = ["timeoutMs", "signal"];
const blockKeys = ["timeoutMs"];

/** The result of a wait that timed out. */
export const timedOut: unique symbol = Symbol("timed out");

/**
 * Reads a time limit.
 *
 * @returns the limit in milliseconds; `Infinity` when none was given.
 * @throws {TypeError} when it is no number.
 * @throws {RangeError} when it is negative or NaN.
 */
export function readTimeout(timeoutMs: number | undefined): number {
  if (timeoutMs === undefined) return Number.POSITIVE_INFINITY;
  if (typeof timeoutMs !== "number") {
    throw new TypeError(`Cannot wait: timeoutMs is ${typeof timeoutMs}, write a number of milliseconds`);
  }
  if (!(timeoutMs >= 0)) {
    throw new RangeError(
      `Cannot wait: timeoutMs is ${timeoutMs}, write 0 to look once, or leave it out to wait without limit`,
    );
  }
  return timeoutMs;
}

/**
 * Refuses invalid options of a wait.
 *
 * @param known the names of the allowed options, first what Python has at this position. Default: those of every wait.
 * @throws {TypeError} for an unknown key, and for a value of a wrong type.
 * @throws {RangeError} as {@link readTimeout} does.
 */
export function checkWaitOptions(options: WaitOptions, known: readonly string[] = waitKeys): void {
  // Python's third argument of `send_bytes()`, for example, is no time limit.
  if (known[0] === waitKeys[0]) refusePositional(options);
  checkOptionKeys("a wait", options, known);
  readTimeout(options.timeoutMs);
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal))
    throw new TypeError(`Cannot wait: signal is ${typeof options.signal}, write an AbortSignal`);
}

/**
 * Reads the time limit of a blocking wait.
 *
 * @returns the limit in milliseconds; `Infinity` when none was given.
 * @throws as {@link checkWaitOptions} does; {TypeError} also for a signal.
 */
export function readBlockTimeout(options: BlockOptions | undefined): number {
  if (options === undefined) return Number.POSITIVE_INFINITY;
  refusePositional(options);
  checkOptionKeys("a blocking wait", options, blockKeys);
  return readTimeout(options.timeoutMs);
}

// Python's waits take `block` and `timeout`, in seconds, by position.
function refusePositional(options: unknown): void {
  if (typeof options === "number")
    throw new TypeError(
      `Cannot wait: the argument is ${options}, write { timeoutMs: ${options * 1000} } for ${options} seconds, as in Python`,
    );
  if (typeof options === "boolean")
    throw new TypeError(
      `Cannot wait: the argument is ${options}, write { timeoutMs: 0 } to look once, or nothing to wait without limit`,
    );
}

/** The longest delay of a timer, in milliseconds: 24.8 days. `setTimeout` fires at once for a longer one. */
export const longestTimer = 2 ** 31 - 1;

/** Calls a function after a time, in milliseconds; never when the time is longer than any timer runs. */
export function after(ms: number, run: () => void): NodeJS.Timeout | undefined {
  return ms > longestTimer ? undefined : setTimeout(run, ms);
}

/**
 * Waits for a promise for as long as the options allow. The timer keeps the program alive during the wait. Timer and
 * abort listener are removed when the wait settles.
 *
 * @returns the promise's value, or {@link timedOut}.
 * @throws `signal.reason` when the signal aborts first; {InterruptError} when this thread is interrupted; whatever the
 *   promise rejects with.
 */
export function withDeadline<T>(promise: Promise<T>, options: WaitOptions = {}): Promise<T | typeof timedOut> {
  const timeoutMs = readTimeout(options.timeoutMs);
  const { signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (timeoutMs === Number.POSITIVE_INFINITY && signal === undefined && !isInterruptible()) return promise;
  return new Promise<T | typeof timedOut>((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      removeAbort();
      removeInterrupt();
      settle();
    };
    const abort = () => end(() => reject(signal?.reason));
    const timer = timeoutMs <= longestTimer ? setTimeout(() => end(() => resolve(timedOut)), timeoutMs) : undefined;
    const removeAbort = onAbort(signal, abort);
    const removeInterrupt = onInterrupt((error) => end(() => reject(error)));
    promise.then(
      (value) => end(() => resolve(value)),
      (error) => end(() => reject(error)),
    );
  });
}
