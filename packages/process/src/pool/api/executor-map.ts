import { TimeoutError } from "../../base/errors.ts";
import type { ImapCall } from "../call/imap-call.ts";

/**
 * The results of an executor's `map`, in order. Its first error, or running out of time, is its end: what has not begun then is never run.
 */
export class ExecutorMap implements AsyncIterableIterator<unknown> {
  readonly #call: ImapCall;
  readonly #deadline: number;
  readonly #timeoutMs: number | undefined;

  /** @param timeoutMs counted from now. */
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
        `Not all results of the map within ${this.#timeoutMs} ms: what had not begun was cancelled`,
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
