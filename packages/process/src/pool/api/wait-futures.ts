import { checkWaitOptions, timedOut, type WaitOptions, waitKeys, withDeadline } from "../../base/deadline.ts";
import { deferred } from "../../base/deferred.ts";
import { TimeoutError } from "../../base/errors.ts";
import { describeValue } from "../../callable/form/describe-value.ts";
import { Fifo } from "../wire/fifo.ts";
import { Future } from "./future.ts";

/** When {@link waitFutures} returns: when a future is done, when one fails or all are done, or when all are done. */
export type ReturnWhen = (typeof returnWhens)[number];

/** A value of {@link ReturnWhen}. */
export const FIRST_COMPLETED = "first-completed";
/** A value of {@link ReturnWhen}. */
export const FIRST_EXCEPTION = "first-exception";
/** A value of {@link ReturnWhen}. */
export const ALL_COMPLETED = "all-completed";

const returnWhens = [FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED] as const;

/** Futures, split into those that are done and those that are not. */
export interface WaitedFutures<F> {
  readonly done: Set<F>;
  readonly notDone: Set<F>;
}

/** Several futures: any iterable of them, or a Map with futures as its keys, as Python takes a dict. */
export type Futures<F extends Future> = Iterable<F> | ReadonlyMap<F, unknown>;

/**
 * Waits for several futures. A timeout is not an error: the futures that are not done are returned as `notDone`.
 *
 * Source: Python's `concurrent.futures.wait`.
 *
 * @param futures a future that is given twice counts once.
 * @param options.returnWhen default: `"all-completed"`.
 * @throws {RangeError} when `returnWhen` is none of these; {TypeError} when an element is not a future.
 */
export async function waitFutures<F extends Future>(
  futures: Futures<F>,
  options: WaitOptions & { readonly returnWhen?: ReturnWhen } = {},
): Promise<WaitedFutures<F>> {
  checkWaitOptions(options, [...waitKeys, "returnWhen"]);
  const { returnWhen = "all-completed", ...within } = options;
  if (!returnWhens.includes(returnWhen)) {
    throw new RangeError(`Cannot wait until "${returnWhen}": write one of ${returnWhens.join(", ")}`);
  }
  const all = futureSet(futures, "wait for futures");
  const done = new Set<F>();
  const enough = deferred();
  const onDone = async (future: F) => {
    done.add(future);
    const failed = !future.cancelled && returnWhen === "first-exception" && (await hasFailed(future));
    if (returnWhen === "first-completed" || failed || done.size === all.size) enough.resolve();
  };
  const removals = [...all].map((future) => future.addDoneCallback(() => void onDone(future)));
  if (all.size === 0) enough.resolve();
  try {
    await withDeadline(enough.promise, within);
  } finally {
    for (const remove of removals) remove();
  }
  const found = [...all].filter((future) => done.has(future));
  return { done: new Set(found), notDone: new Set([...all].filter((future) => !done.has(future))) };
}

/**
 * Iterates over futures, in the order in which they are done, with `for await`.
 *
 * This is no `AsyncIterable<F>`: for that, TypeScript gives the loop's variable the type of the awaited future, but the
 * loop does not await it.
 */
export interface CompletedFutures<F> {
  next(): Promise<IteratorResult<F, undefined>>;
  /** Ends the iteration, and lets go of all futures. */
  return(): Promise<IteratorResult<F, undefined>>;
  [Symbol.asyncIterator](): CompletedFutures<F>;
}

/**
 * Iterates over futures in the order in which they are done, failed and cancelled ones included; a future that is given
 * twice counts once. A future that was given out is not kept.
 *
 * Source: Python's `concurrent.futures.as_completed`.
 *
 * @throws {TimeoutError} when the time, counted from the call, runs out; {TypeError} when an element is not a future.
 *
 * @example
 * const inputs = new Map(urls.map((url) => [executor.submit(load, url), url]));
 * for await (const future of asCompleted(inputs)) console.log(inputs.get(future), await future.result());
 */
export function asCompleted<F extends Future>(
  futures: ReadonlyMap<F, unknown>,
  options?: WaitOptions,
): CompletedFutures<F>;
export function asCompleted<F extends Future>(futures: Iterable<F>, options?: WaitOptions): CompletedFutures<F>;
export function asCompleted<F extends Future>(futures: Futures<F>, options: WaitOptions = {}): CompletedFutures<F> {
  checkWaitOptions(options);
  return new CompletedFutureIterator(futureSet(futures, "iterate over futures"), options);
}

// Not a generator: an async generator awaits the values that it yields, and a future is thenable.
class CompletedFutureIterator<F extends Future> implements CompletedFutures<F> {
  readonly #total: number;
  readonly #options: WaitOptions;
  readonly #startedAt = performance.now();
  /** The futures that are not done, each with the function that removes its callback. */
  readonly #pending = new Map<F, () => void>();
  readonly #done = new Fifo<F>();
  #changed = deferred();

  constructor(futures: ReadonlySet<F>, options: WaitOptions) {
    this.#total = futures.size;
    this.#options = options;
    for (const future of futures) {
      if (future.done) this.#done.push(future);
      else
        this.#pending.set(
          future,
          future.addDoneCallback(() => this.#onDone(future)),
        );
    }
  }

  async next(): Promise<IteratorResult<F, undefined>> {
    for (;;) {
      const value = this.#done.shift();
      if (value !== undefined) return { done: false, value };
      if (this.#pending.size === 0) return { done: true, value: undefined };
      await this.#waitForChange();
    }
  }

  async return(): Promise<IteratorResult<F, undefined>> {
    this.#letGo();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #onDone(future: F): void {
    this.#pending.delete(future);
    this.#done.push(future);
    this.#notify();
  }

  async #waitForChange(): Promise<void> {
    const { timeoutMs } = this.#options;
    const left = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - this.#startedAt));
    try {
      const changed = await withDeadline(this.#changed.promise, { ...this.#options, timeoutMs: left });
      if (changed !== timedOut || this.#done.size > 0) return;
      throw new TimeoutError(`${this.#pending.size} (of ${this.#total}) futures unfinished`);
    } catch (error) {
      // The loop ends without a call of return().
      this.#letGo();
      throw error;
    }
  }

  #letGo(): void {
    for (const remove of this.#pending.values()) remove();
    this.#pending.clear();
    this.#done.clear();
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = deferred();
  }
}

/** @throws {TypeError} when an element is not a future. */
function futureSet<F extends Future>(futures: Futures<F>, verb: string): Set<F> {
  if (typeof (futures as Partial<Iterable<F>> | null)?.[Symbol.iterator] !== "function") {
    throw new TypeError(`Cannot ${verb}: they are ${describeValue(futures)}; write an array of futures`);
  }
  const all = new Set(futures instanceof Map ? (futures.keys() as Iterable<F>) : (futures as Iterable<F>));
  for (const future of all) {
    if (future instanceof Future) continue;
    throw new TypeError(`Cannot ${verb}: one is ${describeValue(future)}; give the futures that submit() returned`);
  }
  return all;
}

async function hasFailed(future: Future): Promise<boolean> {
  return future.result().then(
    () => false,
    () => true,
  );
}
