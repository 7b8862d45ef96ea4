import { type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { ClosedError, ProcessStateError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { checkOptionKeys } from "../../base/options.ts";
import { expectRejection, type PendingCall } from "../../base/pending-call.ts";
import { captureCallSite } from "../../base/stack.ts";
import type { Answer } from "../../callable/form/answer.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import { runApply } from "../call/apply-call.ts";
import { type ApplyOptions, type Collect, type ImapOptions, type MapOptions, noOptions } from "../call/call-options.ts";
import { addCallSite } from "../call/call-site.ts";
import { checkCount } from "../call/check-argument.ts";
import { checkCall } from "../call/check-call.ts";
import type { ResultIterator } from "../call/imap-call.ts";
import type { Input } from "../call/input.ts";
import { startImap, startMap } from "../call/item-calls.ts";
import { WorkerSet } from "../schedule/worker-set.ts";
import { type ApplyRest, AsyncCalls } from "./async-calls.ts";
import { type DrainOptions, drainOnSignals } from "./drain-on-signals.ts";
import { checkPoolOptions, type PoolOptions, refuseMore, workerSetOptions } from "./pool-options.ts";
import { type PoolStats, poolStats, poolSummary } from "./pool-stats.ts";

let pools = 0;
let poolWorkers = 0;

/**
 * Workers, threads or processes, that run functions for you. Their number is fixed, unless `minProcesses` or
 * `idleTimeoutMs` is given.
 *
 * Arguments and items are copied when a worker takes them; do not change them before that. A worker runs one task at
 * a time, unless `concurrentTasksPerWorker` is given. Tasks start in the order of arrival, unless calls have a
 * `priority`. When a worker crashes, it is replaced, and each call still settles once. Idle
 * workers do not keep the program alive.
 *
 * Source: the API is that of Python's `multiprocessing.Pool`. Two things differ: a call never hangs when its worker
 * crashes, and `imap` reads its input only a limited number of items ahead.
 *
 * @example
 * await using pool = new Pool();
 * const sizes = await pool.map(sizeOf, files);
 */
export class Pool extends AsyncCalls implements AsyncDisposable {
  /** The start method of pools that name none; a context sets it. */
  static readonly startMethod: StartMethodName | null = null;

  readonly #workerSet: WorkerSet;

  /**
   * Makes the pool and starts its workers.
   *
   * @param options how many workers, or {@link PoolOptions}.
   * @throws {RangeError} or {TypeError} when an option is invalid.
   */
  constructor(options: number | PoolOptions = {}, ...more: never[]) {
    super();
    refuseMore("Pool", "processes", more);
    const given = typeof options === "number" ? { processes: options } : options;
    checkPoolOptions("Pool", given);
    const { startMethod } = new.target as typeof Pool;
    pools += 1;
    this.#workerSet = new WorkerSet({
      ...workerSetOptions(given, startMethod, true),
      name: `Pool-${pools}`,
      workerName: () => `PoolWorker-${++poolWorkers}`,
      isStrictlyOrdered: false,
      breaksOnCrash: false,
    });
    abandoned.register(this, this.#workerSet, this);
  }

  /**
   * Calls a function in a worker.
   *
   * @param args the arguments. Default: none.
   * @throws the error of the function; {WorkerDiedError} when its worker crashed; {TimeoutError} when `timeoutMs`
   *   passed; `signal.reason` on abort; {CloneError} when an argument or the result cannot be cloned; {ClosedError}
   *   after `close()` or `terminate()`; {QueueFullError} when as many calls wait as `maxQueue` allows;
   *   {BrokenProcessPoolError} when workers fail to start.
   */
  apply<F extends AnyFunction>(
    fn: Target<F>,
    ...[args = [], options = noOptions]: ApplyRest<F>
  ): Promise<Answer<ReturnType<F>>> {
    const call: PendingCall = {};
    call.promise = this.#apply(call, fn, args, options);
    return call.promise as Promise<Answer<ReturnType<F>>>;
  }

  async #apply(call: PendingCall, fn: unknown, args: readonly unknown[], options: ApplyOptions): Promise<unknown> {
    const known = checkCall(this.#workerSet, "apply", fn, options, ["timeoutMs"]);
    this.#workerSet.queueLimit.check("apply");
    if (!Array.isArray(args)) throw new TypeError(`Cannot run apply: args is ${typeof args}, write an array`);
    const { timeoutMs } = options;
    if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
      throw new RangeError(`Cannot run apply: timeoutMs is ${String(timeoutMs)}, write milliseconds, ≥ 0`);
    }
    try {
      return await runApply(this.#workerSet, known, args, options);
    } catch (error) {
      if (this.#workerSet.state === "terminated") expectRejection(call);
      // These frames include the line that awaits the call. Capturing the line that made it would cost each call
      // microseconds.
      throw error === options.signal?.reason
        ? error
        : addCallSite(error, `apply(${known.name})`, captureCallSite(this.#apply));
    }
  }

  /**
   * Calls a function with each item of an iterable, in parallel.
   *
   * Items are sent in chunks; a free worker takes the next chunk. When a call fails, the rest of its chunk is skipped
   * and all other chunks are finished. Then the first error is thrown; its hidden `itemIndex` is the index of the
   * failed item. It is missing when a crash ended a chunk of several items, since which of them is unknown.
   *
   * A large object that every item contains, as the item itself, an element or a field, is sent to each worker once.
   * All items share one copy there.
   *
   * @param items an array, a typed array, or any iterable, which is read to its end first. A typed array over shared
   *   memory is not copied to threads.
   * @returns the results in the order of the items.
   */
  map<T, R>(
    fn: Target<(item: T) => R>,
    items: Input<T>,
    options: Collect<MapOptions>,
  ): Promise<PromiseSettledResult<Answer<R>>[]>;
  map<T, R>(fn: Target<(item: T) => R>, items: Input<T>, options?: MapOptions): Promise<Answer<R>[]>;
  map(fn: unknown, items: Input<unknown>, options: MapOptions | Collect<MapOptions> = {}): Promise<never[]> {
    return startMap(this.#workerSet, "map", fn, items, options, captureCallSite(this.map)) as Promise<never[]>;
  }

  /** As {@link map}, for a function of several parameters: each item is a list of arguments. */
  starmap<A extends readonly unknown[], R>(
    fn: Target<(...args: [...A]) => R>,
    items: Input<Readonly<A>>,
    options: Collect<MapOptions>,
  ): Promise<PromiseSettledResult<Answer<R>>[]>;
  starmap<A extends readonly unknown[], R>(
    fn: Target<(...args: [...A]) => R>,
    items: Input<Readonly<A>>,
    options?: MapOptions,
  ): Promise<Answer<R>[]>;
  starmap(fn: unknown, items: Input<unknown>, options: MapOptions | Collect<MapOptions> = {}): Promise<never[]> {
    return startMap(this.#workerSet, "starmap", fn, items, options, captureCallSite(this.starmap)) as Promise<never[]>;
  }

  /**
   * As {@link map}, but gives each result as soon as it is known, in the order of the items. The input is read at
   * most `bufferSize` items ahead, so it may be endless. Work starts at once. A call that fails rejects its own
   * `next()`; the iteration can go on after that.
   *
   * @example
   * for await (const page of pool.imap(render, documents)) await save(page);
   */
  imap<T, R>(
    fn: Target<(item: T) => R>,
    items: Input<T>,
    options: Collect<ImapOptions>,
  ): ResultIterator<PromiseSettledResult<Answer<R>>>;
  imap<T, R>(fn: Target<(item: T) => R>, items: Input<T>, options?: ImapOptions): ResultIterator<Answer<R>>;
  imap(fn: unknown, items: Input<unknown>, options: ImapOptions | Collect<ImapOptions> = {}): ResultIterator<never> {
    const callSite = captureCallSite(this.imap);
    return startImap(this.#workerSet, "imap", fn, items, options, callSite) as ResultIterator<never>;
  }

  /** As {@link imap}, in the order in which the results arrive. */
  imapUnordered<T, R>(
    fn: Target<(item: T) => R>,
    items: Input<T>,
    options: Collect<ImapOptions>,
  ): ResultIterator<PromiseSettledResult<Answer<R>>>;
  imapUnordered<T, R>(fn: Target<(item: T) => R>, items: Input<T>, options?: ImapOptions): ResultIterator<Answer<R>>;
  imapUnordered(
    fn: unknown,
    items: Input<unknown>,
    options: ImapOptions | Collect<ImapOptions> = {},
  ): ResultIterator<never> {
    const callSite = captureCallSite(this.imapUnordered);
    return startImap(this.#workerSet, "imapUnordered", fn, items, options, callSite) as ResultIterator<never>;
  }

  /**
   * Changes the number of workers: the greatest number, in a pool with `minProcesses`. Workers beyond it end when they
   * have finished the tasks that they have.
   *
   * @throws {RangeError} when it is no whole number ≥ 1, or less than `minProcesses`; {ClosedError} after `close()` or
   *   `terminate()`.
   */
  resize(processes: number): void {
    this.#workerSet.checkOpen("resize");
    if (processes === undefined) throw new TypeError("Cannot resize a pool: write how many processes it may have");
    checkCount("resize a pool", "processes", processes);
    const { options, least } = this.#workerSet;
    if (!options.isFixed && processes < least) {
      const given = `processes is ${processes} and minProcesses is ${least}`;
      throw new RangeError(`Cannot resize a pool: ${given}, write at least that`);
    }
    this.#workerSet.resize(processes);
  }

  /**
   * Takes no more calls; the workers exit when all calls are settled. Idempotent.
   *
   * @param options.force whether calls and items that no worker has are dropped: their calls reject with
   *   {@link ClosedError} when the tasks that workers have are finished. Default: false.
   */
  close(options: { readonly force?: boolean } = {}): void {
    checkOptionKeys("close", options, ["force"]);
    if (options.force !== undefined && typeof options.force !== "boolean") {
      throw new TypeError(`Cannot close a pool: force is ${String(options.force)}, write true or false`);
    }
    abandoned.unregister(this);
    this.#workerSet.close();
    if (options.force === true) {
      const { name } = this.#workerSet.options;
      this.#workerSet.dropQueued(
        () => new ClosedError(`Cannot finish the call: ${name} was closed by force before all of it had started`),
      );
    }
  }

  /**
   * Drains the pool, and ends the program, when the program gets one of some signals: awaits `before`, in which a
   * server stops taking requests; closes the pool; waits for its calls; and exits with 0. If that takes longer than
   * `timeoutMs`, terminates the pool and exits with 1. Signals that arrive meanwhile are ignored.
   *
   * @returns a function that undoes this.
   * @throws {RangeError} or {TypeError} when a signal or an option is invalid; {ProcessStateError} in a worker thread.
   *
   * @example
   * pool.drainOnSignals(["SIGTERM", "SIGINT"], { timeoutMs: 8000, before: () => server.close() });
   */
  drainOnSignals(signals: readonly NodeJS.Signals[], options: DrainOptions = {}): () => void {
    const drained = {
      name: this.#workerSet.options.name,
      close: () => this.close(),
      join: () => this.#workerSet.join(),
      terminate: () => this.#terminate("was not drained in time after a signal"),
    };
    return drainOnSignals(drained, signals, options);
  }

  /**
   * Ends all workers now: kills those that run a task. Pending calls reject with {@link ClosedError}; if such a call is
   * not awaited, that is no unhandled rejection. Idempotent.
   */
  terminate(): void {
    this.#terminate("was terminated; close() it to finish first");
  }

  /**
   * Waits until all workers have exited. Results of an `imap` that were not fetched are still computed.
   *
   * @returns `true`; `false` on a timeout.
   * @throws {ProcessStateError} before `close()` or `terminate()`.
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    if (this.#workerSet.state === "open") {
      throw new ProcessStateError(
        `Cannot join ${this.#workerSet.options.name}: it is running, close() or terminate() it first`,
      );
    }
    return (await withDeadline(this.#workerSet.join(), options)) === undefined;
  }

  /**
   * Whether a further call of `apply()` should wait for {@link drained}: as many calls wait for a worker as `maxQueue`
   * allows; in a pool without `maxQueue`, as many as it can run at a time.
   */
  get needsDrain(): boolean {
    return this.#workerSet.queueLimit.isReached;
  }

  /**
   * Waits until no call of `apply()` waits for a worker. A program that reads a stream reads on then.
   *
   * @returns `true`; `false` on a timeout.
   *
   * @example
   * for await (const line of lines) {
   *   if (pool.needsDrain) await pool.drained();
   *   void pool.apply(parse, [line]).then(save, report);
   * }
   */
  drained(options: WaitOptions = {}): Promise<boolean> {
    return this.#workerSet.queueLimit.drained(options);
  }

  /** The state and the totals of the pool. */
  stats(): PoolStats {
    return poolStats(this.#workerSet);
  }

  /** Empties the histograms behind `waitTimes` and `runTimes` of {@link stats}: a monitor reads and resets them. */
  resetTimes(): void {
    this.#workerSet.resetTimes();
  }

  override toString(): string {
    return `${this.constructor.name}(${poolSummary(this.#workerSet)})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /**
   * Terminates the pool, then waits until all workers have exited. Await calls inside the scope: write
   * `return await pool.map(…)`, not `return pool.map(…)`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#terminate(
      "was terminated at the end of its scope; await the call inside the scope, as in `return await pool.map(…)`",
    );
    await this.#workerSet.join();
  }

  #terminate(why: string): void {
    abandoned.unregister(this);
    const { name } = this.#workerSet.options;
    this.#workerSet.terminate(() => new ClosedError(`Cannot finish the call: ${name} ${why}`));
  }
}

// A pool that was garbage-collected while open can no longer be closed by its user: it finishes its calls and closes.
const abandoned = new FinalizationRegistry((workerSet: WorkerSet) => {
  if (workerSet.isInherited) return;
  process.emitWarning(
    `${workerSet.options.name} was garbage-collected while open: close() it, or write \`await using pool = new Pool()\``,
    "ResourceWarning",
  );
  workerSet.close();
});
