import { TimeoutError } from "../../base/errors.ts";
import { expectRejection, type PendingCall } from "../../base/pending-call.ts";
import type { ImapCall } from "../call/imap-call.ts";

/**
 * The results of an executor's `map`, in the order of the items. The first error or a timeout ends the iteration;
 * items that have not started by then are not run.
 */
export class ExecutorMap implements AsyncIterableIterator<unknown> {
  readonly #call: ImapCall;
  readonly #deadline: number;
  readonly #timeoutMs: number | undefined;
  readonly #isEnded: () => boolean;

  /**
   * @param timeoutMs the time limit, counted from now.
   * @param isEnded whether the caller has ended the executor's workers, and with them the calls.
   */
  constructor(call: ImapCall, timeoutMs: number | undefined, isEnded: () => boolean) {
    this.#isEnded = isEnded;
    this.#call = call;
    this.#timeoutMs = timeoutMs;
    this.#deadline = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    const call: PendingCall = {};
    const result = this.#next(call);
    call.promise = result;
    return result;
  }

  async #next(call: PendingCall): Promise<IteratorResult<unknown, undefined>> {
    const timeoutMs = this.#timeoutMs === undefined ? undefined : Math.max(0, this.#deadline - performance.now());
    try {
      return await this.#call.next({ timeoutMs });
    } catch (error) {
      await this.#call.return();
      if (this.#isEnded()) expectRejection(call);
      if (!(error instanceof TimeoutError) || this.#timeoutMs === undefined) throw error;
      throw new TimeoutError(
        `Not all results of the map within ${this.#timeoutMs} ms: items that had not started were cancelled`,
      );
    }
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    return this.#call.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
