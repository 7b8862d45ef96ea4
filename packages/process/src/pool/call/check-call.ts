import type { WorkerSet } from "../schedule/worker-set.ts";
import { type KnownFunction, knownFunction } from "../wire/known-function.ts";
import { type CallOptions, checkCallOptions, type ItemOptions, type MapOptions } from "./call-options.ts";
import { checkCount, checkFunction } from "./check-argument.ts";

/**
 * Checks a call before anything is queued.
 *
 * @param further the names of the options that only this kind of call takes.
 * @returns the function, located and packed once for all calls.
 * @throws {ClosedError} when the worker set takes no calls; {TypeError} or {RangeError} that names the wrong argument.
 */
export function checkCall(
  workerSet: WorkerSet,
  call: string,
  fn: unknown,
  options: CallOptions,
  further: readonly string[],
): KnownFunction {
  workerSet.checkOpen(call);
  checkFunction(`run ${call}`, "the function", fn);
  checkCallOptions(call, options, further);
  return knownFunction(fn, workerSet.options.engine.reach);
}

/** The names of the options of every call with items. */
export const itemKeys = ["chunkSize", "itemTimeoutMs", "onError", "onProgress"] as const;

/** @throws {TypeError} or {RangeError} that names the option. */
export function checkItemOptions(call: string, { chunkSize, itemTimeoutMs, onError, onProgress }: ItemOptions): void {
  checkCount(`run ${call}`, "chunkSize", chunkSize);
  if (onError !== undefined && onError !== "throw" && onError !== "collect") {
    throw new RangeError(`Cannot run ${call}: onError is ${String(onError)}, write "throw" or "collect"`);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new TypeError(`Cannot run ${call}: onProgress is ${typeof onProgress}, write a function`);
  }
  if (itemTimeoutMs === undefined) return;
  if (!(typeof itemTimeoutMs === "number" && itemTimeoutMs >= 0)) {
    throw new RangeError(`Cannot run ${call}: itemTimeoutMs is ${String(itemTimeoutMs)}, write milliseconds, ≥ 0`);
  }
  if (chunkSize === undefined || chunkSize === 1) return;
  throw new RangeError(
    `Cannot run ${call}: chunkSize is ${chunkSize}, and itemTimeoutMs needs each item alone; leave chunkSize out`,
  );
}

/**
 * @throws {TypeError} or {RangeError} when a call wants tasks to run a second time that does not say that they may be
 *   repeated.
 */
export function checkSpeculate(call: string, { speculate, retry }: Pick<MapOptions, "speculate" | "retry">): void {
  if (speculate === undefined || speculate === false) return;
  if (speculate !== true) {
    throw new TypeError(`Cannot run ${call}: speculate is ${String(speculate)}, write true or false`);
  }
  if (retry === undefined) {
    throw new TypeError(
      `Cannot run ${call}: speculate runs items twice, and without retry no item may be repeated; add retry: { attempts: 2 }`,
    );
  }
  if (retry.attempts > 1) return;
  throw new RangeError(`Cannot run ${call}: speculate runs items twice, and retry.attempts is 1; write 2 or more`);
}
