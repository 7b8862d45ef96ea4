import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { deferred } from "../../base/deferred.ts";
import { TimeoutError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { describeValue } from "../../callable/form/describe-value.ts";
import { safeCallback } from "../call/safe-callback.ts";
import { CancelledError, InvalidStateError } from "../wire/pool-errors.ts";

/** The state of a future: `pending` → `running` → `finished`, or `pending` → `cancelled`. */
export type FutureState = "pending" | "running" | "cancelled" | "finished";

type FutureOutcome<R> = { readonly value: R } | { readonly error: unknown };

/**
 * The outcome of a call, which may be pending. Can be awaited: `await future` is `await future.result()`. An error that
 * is not asked for causes no unhandled rejection.
 *
 * Source: Python's `concurrent.futures.Future`.
 */
export class Future<R = unknown> implements PromiseLike<R> {
  readonly #done = deferred();
  readonly #callbacks = new Set<(future: this) => void>();
  #state: FutureState = "pending";
  #outcome: FutureOutcome<R> | undefined;
  readonly #onCancel: (() => void) | undefined;

  /**
   * @param onCancel removes the call from its executor's queue when the future is cancelled. Default: nothing is
   *   done.
   */
  constructor(onCancel?: () => void) {
    this.#onCancel = onCancel;
  }

  get state(): FutureState {
    return this.#state;
  }

  /** Whether it was cancelled. */
  get cancelled(): boolean {
    return this.#state === "cancelled";
  }

  /** Whether a worker has the call; then it cannot be cancelled any more. */
  get running(): boolean {
    return this.#state === "running";
  }

  /** Whether it is finished or cancelled. */
  get done(): boolean {
    return this.#state === "cancelled" || this.#state === "finished";
  }

  toString(): string {
    return `Future(${this.#state}${this.#state === "finished" ? describeOutcome(this.#outcome as FutureOutcome<R>) : ""})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /**
   * Cancels the call unless a worker has it.
   *
   * @returns whether the future is cancelled now.
   */
  cancel(): boolean {
    if (this.#state === "cancelled") return true;
    if (this.#state !== "pending") return false;
    this.#finish("cancelled", { error: new CancelledError("The call was cancelled before it ran") });
    this.#onCancel?.();
    return true;
  }

  /**
   * Waits for the value of the call.
   *
   * @throws the error of the call; {CancelledError} when it was cancelled; {TimeoutError} when time runs out.
   */
  async result(options: WaitOptions = {}): Promise<R> {
    const outcome = await this.#wait(options);
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  /**
   * Waits for the error of the call.
   *
   * @returns the error; `null` when the call returned a value. When the call threw `null` or `undefined`, an Error that
   *   says so, since these would read as success; {@link result} rejects with the thrown value itself.
   * @throws {CancelledError} when it was cancelled; {TimeoutError} when time runs out.
   */
  async exception(options: WaitOptions = {}): Promise<unknown> {
    const outcome = await this.#wait(options);
    if (this.cancelled) throw (outcome as { readonly error: unknown }).error;
    if (!("error" in outcome)) return null;
    const { error } = outcome;
    return error ?? new Error(`The call threw ${error}`, { cause: error });
  }

  // biome-ignore lint/suspicious/noThenProperty: a future is awaited like a promise, on purpose
  then<A = R, B = never>(
    fulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }

  /**
   * Calls a function with this future when it is done; at once if it is done already. Callbacks run in the order in
   * which they were added. An error that a callback throws becomes a warning; the other callbacks still run.
   *
   * @returns a function that removes the callback.
   */
  addDoneCallback(callback: (future: this) => void): () => void {
    const call = safeCallback(callback);
    if (this.done) call(this);
    else this.#callbacks.add(call);
    return () => void this.#callbacks.delete(call);
  }

  /** For executors: marks the call as started. @returns `false` when it was cancelled and must not start. */
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === "cancelled") return false;
    if (this.#state !== "pending") throw this.#invalidState("run");
    this.#state = "running";
    return true;
  }

  /** For executors: settles the future with a value. @throws {InvalidStateError} when it is done. */
  setResult(value: R): void {
    if (this.done) throw this.#invalidState("set the result of");
    this.#finish("finished", { value });
  }

  /** For executors: settles the future with an error of any type. @throws {InvalidStateError} when it is done. */
  setException(error: unknown): void {
    if (this.done) throw this.#invalidState("set the error of");
    this.#finish("finished", { error });
  }

  async #wait(options: WaitOptions): Promise<FutureOutcome<R>> {
    checkWaitOptions(options);
    const waited = this.done ? undefined : await withDeadline(this.#done.promise, options);
    if (waited === timedOut) {
      throw new TimeoutError(`No result within ${options.timeoutMs} ms: the call is ${this.#state}; wait longer`);
    }
    return this.#outcome as FutureOutcome<R>;
  }

  #finish(state: FutureState, outcome: FutureOutcome<R>): void {
    this.#state = state;
    this.#outcome = outcome;
    for (const call of this.#callbacks) call(this);
    this.#callbacks.clear();
    this.#done.resolve();
  }

  #invalidState(verb: string): InvalidStateError {
    return new InvalidStateError(`Cannot ${verb} a future: it is ${this.#state}`);
  }
}

function describeOutcome(outcome: FutureOutcome<unknown>): string {
  const [what, value] = "error" in outcome ? ["raised", outcome.error] : ["returned", outcome.value];
  return `, ${what} ${value === null ? "null" : describeValue(value)}`;
}
