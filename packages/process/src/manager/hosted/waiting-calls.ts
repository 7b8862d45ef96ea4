import { timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import type { IncomingCall } from "../session/incoming-call.ts";

/** Calls that wait for the same event; they are woken in order of arrival. */
export class WaitingCalls {
  readonly #waiting: Deferred<true>[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Waits to be woken.
   *
   * @param call the call that waits; ends the wait when it is abandoned.
   * @returns `false` when time ran out.
   * @throws the reason of an abort.
   */
  async wait(call: IncomingCall | undefined, options: WaitOptions): Promise<boolean> {
    const waiter = deferred<true>();
    this.#waiting.push(waiter);
    const { timeoutMs, signal = call?.signal } = options;
    try {
      return (await withDeadline(waiter.promise, { timeoutMs, signal })) !== timedOut;
    } finally {
      const index = this.#waiting.indexOf(waiter);
      if (index >= 0) this.#waiting.splice(index, 1);
    }
  }

  /** Wakes the calls that have waited longest. @returns how many there were. */
  wake(count = 1): number {
    const woken = this.#waiting.splice(0, count);
    for (const { resolve } of woken) resolve(true);
    return woken.length;
  }
}
