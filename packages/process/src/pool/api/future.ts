import { timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { deferred } from "../../base/deferred.ts";
import { TimeoutError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { describe } from "../../callable/form/describe-value.ts";
import { guarded } from "../call/guarded.ts";
import { CancelledError, InvalidStateError } from "../wire/pool-errors.ts";

/** Where a future is: `pending` → `running` → `finished`, or `cancelled` before it ran. */
export type FutureState = "pending" | "running" | "cancelled" | "finished";

type Outcome<R> = { readonly value: R } | { readonly error: unknown };

/**
 * The outcome of a call that may not be known yet. Can be awaited: `await future` is `await future.result()`. A failure
 * that nobody asks for is nobody's concern.
 *
 * Source: Python's `concurrent.futures.Future`.
 */
export class Future<R = unknown> implements PromiseLike<R> {
  readonly #done = deferred();
  readonly #callbacks: ((future: this) => void)[] = [];
  #state: FutureState = "pending";
  #outcome: Outcome<R> | undefined;
  /** Takes the call back from whoever was to run it. */
  #withdraw: (() => void) | undefined;

  /** @param withdraw takes the call back when the future is cancelled. Default: there is nothing to take back. */
  constructor(withdraw?: () => void) {
    this.#withdraw = withdraw;
  }

  get state(): FutureState {
    return this.#state;
  }

  /** Whether it was cancelled. */
  get cancelled(): boolean {
    return this.#state === "cancelled";
  }

  /** Whether a worker has the call, so that it cannot be cancelled any more. */
  get running(): boolean {
    return this.#state === "running";
  }

  /** Whether it is finished or cancelled. */
  get done(): boolean {
    return this.#state === "cancelled" || this.#state === "finished";
  }

  toString(): string {
    return `Future(${this.#state}${this.#state === "finished" ? howItEnded(this.#outcome as Outcome<R>) : ""})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /**
   * Cancels the call unless a worker has it.
   *
   * @returns whether it is cancelled now.
   */
  cancel(): boolean {
    if (this.#state === "cancelled") return true;
    if (this.#state !== "pending") return false;
    this.#finish("cancelled", { error: new CancelledError("The call was cancelled before it ran") });
    this.#withdraw?.();
    return true;
  }

  /**
   * Waits for what the call returns.
   *
   * @throws what the call threw; {CancelledError} when it was cancelled; {TimeoutError} when time ran out.
   */
  async result(options: WaitOptions = {}): Promise<R> {
    const outcome = await this.#wait(options);
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  /**
   * Waits for what the call throws.
   *
   * @returns the error; `null` when it returned.
   * @throws {CancelledError} when it was cancelled; {TimeoutError} when time ran out.
   */
  async exception(options: WaitOptions = {}): Promise<unknown> {
    const outcome = await this.#wait(options);
    if (this.cancelled) throw (outcome as { readonly error: unknown }).error;
    return "error" in outcome ? outcome.error : null;
  }

  // biome-ignore lint/suspicious/noThenProperty: a future is awaited like a promise, on purpose
  then<A = R, B = never>(
    fulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }

  /**
   * Calls a function with this future when it is done, in the order of adding; at once when it is done. What it throws is
   * told as a warning, and keeps nobody else from being called.
   */
  addDoneCallback(callback: (future: this) => void): void {
    const call = guarded(callback);
    if (this.done) call(this);
    else this.#callbacks.push(call);
  }

  /** For executors: notes that the call begins. @returns `false` when it was cancelled, and must not begin. */
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === "cancelled") return false;
    if (this.#state !== "pending") throw this.#settledBefore("run");
    this.#state = "running";
    return true;
  }

  /** For executors: settles it with a value. @throws {InvalidStateError} when it is done. */
  setResult(value: R): void {
    if (this.done) throw this.#settledBefore("set the result of");
    this.#finish("finished", { value });
  }

  /** For executors: settles it with an error, whatever that is. @throws {InvalidStateError} when it is done. */
  setException(error: unknown): void {
    if (this.done) throw this.#settledBefore("set the error of");
    this.#finish("finished", { error });
  }

  async #wait(options: WaitOptions): Promise<Outcome<R>> {
    const ended = this.done ? undefined : await withDeadline(this.#done.promise, options);
    if (ended === timedOut) {
      throw new TimeoutError(`No result within ${options.timeoutMs} ms: the call is ${this.#state}; wait longer`);
    }
    return this.#outcome as Outcome<R>;
  }

  #finish(state: FutureState, outcome: Outcome<R>): void {
    this.#state = state;
    this.#outcome = outcome;
    for (const call of this.#callbacks.splice(0)) call(this);
    this.#done.resolve();
  }

  #settledBefore(verb: string): InvalidStateError {
    return new InvalidStateError(`Cannot ${verb} a future: it is ${this.#state}`);
  }
}

function howItEnded(outcome: Outcome<unknown>): string {
  const [what, value] = "error" in outcome ? ["raised", outcome.error] : ["returned", outcome.value];
  return `, ${what} ${value === null ? "null" : describe(value)}`;
}
