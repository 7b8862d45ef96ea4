import { timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import type { Call } from "../session/manager-call.ts";

/** Callers that wait, each on behalf of a call, and are woken in the order in which they came. */
export class WaitLine {
  readonly #waiting: Deferred<true>[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Waits to be woken.
   *
   * @param call the call on whose behalf; when its caller is gone, it waits no longer.
   * @returns `false` when time ran out.
   * @throws the reason of an abort.
   */
  async wait(call: Call | undefined, options: WaitOptions): Promise<boolean> {
    const waiter = deferred<true>();
    this.#waiting.push(waiter);
    const { timeoutMs, signal = call?.signal } = options;
    try {
      return (await withDeadline(waiter.promise, { timeoutMs, signal })) !== timedOut;
    } finally {
      const place = this.#waiting.indexOf(waiter);
      if (place >= 0) this.#waiting.splice(place, 1);
    }
  }

  /** Wakes those that have waited longest. Returns how many there were. */
  wake(count = 1): number {
    const woken = this.#waiting.splice(0, count);
    for (const { resolve } of woken) resolve(true);
    return woken.length;
  }
}
