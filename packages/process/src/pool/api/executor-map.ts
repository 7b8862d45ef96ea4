import { TimeoutError } from "../../base/errors.ts";
import type { ImapCall } from "../call/imap-call.ts";

/**
 * The results of an executor's `map`, in the order of the items. The first error or a timeout ends the iteration;
 * items that have not started by then are not run.
 */
export class ExecutorMap implements AsyncIterableIterator<unknown> {
  readonly #call: ImapCall;
  readonly #deadline: number;
  readonly #timeoutMs: number | undefined;

  /** @param timeoutMs the time limit, counted from now. */
  constructor(call: ImapCall, timeoutMs: number | undefined) {
    this.#call = call;
    this.#timeoutMs = timeoutMs;
    this.#deadline = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    const timeoutMs = this.#timeoutMs === undefined ? undefined : Math.max(0, this.#deadline - performance.now());
    try {
      return await this.#call.next({ timeoutMs });
    } catch (error) {
      await this.#call.return();
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
