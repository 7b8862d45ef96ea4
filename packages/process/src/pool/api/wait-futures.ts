import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { deferred } from "../../base/deferred.ts";
import { TimeoutError } from "../../base/errors.ts";
import type { Future } from "./future.ts";

/** When {@link waitFutures} returns: when a future is done, when one fails or all are done, or when all are done. */
export type ReturnWhen = (typeof returnWhens)[number];

const returnWhens = ["first-completed", "first-exception", "all-completed"] as const;

/** Futures, split into those that are done and those that are not. */
export interface WaitedFutures<F> {
  readonly done: Set<F>;
  readonly notDone: Set<F>;
}

/**
 * Waits for several futures. A timeout is not an error: the futures that are not done are returned as `notDone`.
 *
 * @param futures a future that is given twice counts once.
 * @param options.returnWhen default: `"all-completed"`.
 * @throws {RangeError} when `returnWhen` is none of these.
 *
 * Source: Python's `concurrent.futures.wait`.
 */
export async function waitFutures<F extends Future>(
  futures: Iterable<F>,
  options: WaitOptions & { readonly returnWhen?: ReturnWhen } = {},
): Promise<WaitedFutures<F>> {
  const { returnWhen = "all-completed", ...within } = options;
  if (!returnWhens.includes(returnWhen)) {
    throw new RangeError(`Cannot wait until "${returnWhen}": write one of ${returnWhens.join(", ")}`);
  }
  checkWaitOptions(within);
  const all = new Set(futures);
  const done = new Set<F>();
  const enough = deferred();
  const onDone = async (future: F) => {
    done.add(future);
    const failed = !future.cancelled && returnWhen === "first-exception" && (await hasFailed(future));
    if (returnWhen === "first-completed" || failed || done.size === all.size) enough.resolve();
  };
  for (const future of all) future.addDoneCallback(() => void onDone(future));
  if (all.size === 0) enough.resolve();
  await withDeadline(enough.promise, within);
  const found = [...all].filter((future) => done.has(future));
  return { done: new Set(found), notDone: new Set([...all].filter((future) => !done.has(future))) };
}

/**
 * Iterates over futures in the order in which they are done; a future that is given twice counts once.
 *
 * @throws {TimeoutError} when the time, counted from the call, runs out.
 *
 * Source: Python's `concurrent.futures.as_completed`.
 */
export function asCompleted<F extends Future>(
  futures: Iterable<F>,
  options: WaitOptions = {},
): AsyncIterableIterator<F> {
  checkWaitOptions(options);
  return new CompletedFutures(new Set(futures), options);
}

// Not a generator: an async generator awaits the values that it yields, and a future is thenable.
class CompletedFutures<F extends Future> implements AsyncIterableIterator<F> {
  readonly #total: number;
  readonly #options: WaitOptions;
  readonly #startedAt = performance.now();
  readonly #done: F[] = [];
  #changed = deferred();
  #given = 0;

  constructor(futures: ReadonlySet<F>, options: WaitOptions) {
    this.#total = futures.size;
    this.#options = options;
    for (const future of futures) {
      future.addDoneCallback(() => {
        this.#done.push(future);
        this.#changed.resolve();
        this.#changed = deferred();
      });
    }
  }

  async next(): Promise<IteratorResult<F, undefined>> {
    const { timeoutMs } = this.#options;
    while (this.#given < this.#total) {
      const value = this.#done[this.#given];
      if (value !== undefined) {
        this.#given += 1;
        return { done: false, value };
      }
      const left = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - this.#startedAt));
      const changed = await withDeadline(this.#changed.promise, { ...this.#options, timeoutMs: left });
      if (changed === timedOut && this.#done.length === this.#given) {
        throw new TimeoutError(`${this.#total - this.#given} (of ${this.#total}) futures unfinished`);
      }
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

async function hasFailed(future: Future): Promise<boolean> {
  return future.result().then(
    () => false,
    () => true,
  );
}
