import type { Readable } from "node:stream";
import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { readiness, type Waitable } from "../base/waitable.ts";
import { isStream, readinessOfStream } from "./stream-readiness.ts";

/**
 * Waits until one of several things is ready: processes and their sentinels when they have ended, connections when there
 * is something to receive or their end was reached, sockets and other streams when there is something to read. Consumes
 * nothing.
 *
 * @param things what to wait for; each at most once counts.
 * @param options.timeoutMs longest wait in milliseconds, ≥ 0; `0` looks once. Default: no limit.
 * @returns those that are ready, in the order given; empty when time ran out.
 * @throws {RangeError} when `timeoutMs` is negative; {TypeError} when a thing cannot be waited for; `signal.reason` on abort.
 *
 * @example
 * const [first] = await wait(children);
 */
export async function wait<T extends Waitable | Readable>(
  things: Iterable<T>,
  options: WaitOptions = {},
): Promise<T[]> {
  checkWaitOptions(options);
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
    const pending = all.map((thing) => (isStream(thing) ? readinessOfStream(thing) : thing[readiness]()));
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

// Nothing to wait for is never ready: only time or an abort ends that.
const never = new Promise<never>(() => {});
