import { checkWaitOptions, readTimeout, type WaitOptions } from "../base/deadline.ts";

/**
 * Waits at a condition until a predicate is truthy. The predicate runs first and after each notification.
 *
 * @param wait one wait at the condition.
 * @param options the limits of the whole call.
 * @returns the last result of the predicate; truthy unless time ran out.
 */
export async function waitForPredicate<T>(
  wait: (options: WaitOptions) => Promise<unknown>,
  predicate: () => T | PromiseLike<T>,
  options: WaitOptions,
): Promise<T> {
  checkWaitOptions(options);
  const left = countdown(readTimeout(options.timeoutMs));
  for (;;) {
    const result = await predicate();
    const timeoutMs = left();
    if (result || timeoutMs <= 0) return result;
    await wait({ signal: options.signal, timeoutMs });
  }
}

/** A function that returns how much of a time is left, in milliseconds. */
export function countdown(timeoutMs: number): () => number {
  const deadline = performance.now() + timeoutMs;
  return () => Math.max(0, deadline - performance.now());
}
