import type { Readable } from "node:stream";
import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { readiness, type Waitable } from "../base/waitable.ts";
import { isStream, streamReadiness } from "./stream-readiness.ts";

/**
 * Waits until at least one of several objects is ready. Processes and sentinels are ready when they have ended,
 * connections when there is a message or end of file, and sockets and other streams when there is data or they have
 * ended. Takes nothing.
 *
 * @param things what to wait for; duplicates are ignored.
 * @param options.timeoutMs limit in milliseconds, ≥ 0; `0` checks once. Default: no limit.
 * @returns those that are ready, in the order given; empty when time ran out.
 * @throws {RangeError} when `timeoutMs` is negative; {TypeError} when an object cannot be waited for;
 *   `signal.reason` on abort.
 *
 * @example
 * const [first] = await wait(children);
 */
export async function wait<T extends Waitable | Readable>(
  things: Iterable<T>,
  options: WaitOptions = {},
): Promise<T[]> {
  checkWaitOptions(options);
  if (typeof (things as Partial<Iterable<T>> | undefined)?.[Symbol.iterator] !== "function")
    throw new TypeError(`Cannot wait for ${String(things)}: write an array, such as wait([connection])`);
  const all = [...new Set(things)];
  for (const thing of all) {
    if (typeof (thing as Waitable | undefined)?.[readiness] !== "function" && !isStream(thing)) {
      throw new TypeError(
        `Cannot wait for ${String(thing)}: write processes, sentinels, connections, listeners or sockets`,
      );
    }
  }
  for (let within = options; ; ) {
    const began = performance.now();
    const pending = all.map((thing) => (isStream(thing) ? streamReadiness(thing) : thing[readiness]()));
    try {
      const ready = all.filter((_, i) => pending[i] === null);
      if (ready.length > 0) return ready;
      const any = Promise.race([...pending.map((wait) => wait?.ready), never]);
      if ((await withDeadline(any, within)) === timedOut) return [];
    } finally {
      for (const wait of pending) wait?.release();
    }
    if (within.timeoutMs !== undefined) {
      within = { ...within, timeoutMs: Math.max(0, within.timeoutMs - (performance.now() - began)) };
    }
  }
}

// Keeps a race over no objects pending: only a timeout or an abort ends it.
const never = new Promise<never>(() => {});
