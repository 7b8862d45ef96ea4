import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { TimeoutError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { InvalidStateError } from "../wire/pool-errors.ts";

/**
 * The result of a call of `pool.applyAsync()`, `mapAsync()` or `starmapAsync()`. A time limit here ends the wait only:
 * the task goes on. Its error is no unhandled rejection when it is never asked for.
 *
 * @example
 * const result = pool.applyAsync(render, [page]);
 * if (!(await result.wait({ timeoutMs: 1000 }))) console.log("still running");
 * console.log(await result.get());
 */
export class AsyncResult<T> {
  readonly #result: Promise<T>;
  readonly #settled: Promise<void>;
  readonly #call: string;
  #state: "pending" | "fulfilled" | "rejected" = "pending";

  /** @param call the call, for messages: `applyAsync()`. */
  constructor(result: Promise<T>, call: string) {
    this.#result = result;
    this.#call = call;
    this.#settled = result.then(
      () => this.#settle("fulfilled"),
      () => this.#settle("rejected"),
    );
  }

  /** Whether the call has ended. */
  get ready(): boolean {
    return this.#state !== "pending";
  }

  /**
   * Whether the call ended without an error.
   *
   * @throws {InvalidStateError} when it has not ended.
   */
  get successful(): boolean {
    if (this.#state === "pending") {
      throw new InvalidStateError(`Cannot read successful of ${this.#call}: the call is running, await wait() first`);
    }
    return this.#state === "fulfilled";
  }

  /**
   * Waits for the value.
   *
   * @throws the error of the call; {TimeoutError} when time ran out, and `signal.reason`: the task goes on then.
   */
  async get(options: WaitOptions = {}): Promise<T> {
    if (!(await this.wait(options))) {
      throw new TimeoutError(
        `Cannot get the result of ${this.#call} within ${options.timeoutMs} ms: the task is running, get() it again`,
      );
    }
    return this.#result;
  }

  /**
   * Waits until the call has ended.
   *
   * @returns `true`; `false` when time ran out.
   * @throws `signal.reason` on abort; the task goes on then.
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    return (await withDeadline(this.#settled, options)) !== timedOut;
  }

  toString(): string {
    return `AsyncResult(${this.#call}, ${this.#state})`;
  }

  [inspected](): string {
    return this.toString();
  }

  #settle(state: "fulfilled" | "rejected"): void {
    this.#state = state;
  }
}
