import { type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { ClosedError, ProcessStateError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import type { Answer } from "../../callable/form/answer.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { defaultStartMethod } from "../../process/parent/default-start-method.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import { runCall } from "../call/apply-call.ts";
import { callerOf, withCaller } from "../call/call-site.ts";
import { guarded } from "../call/guarded.ts";
import { ImapCall, type ResultIterator } from "../call/imap-call.ts";
import { listOf } from "../call/list-of.ts";
import { MapCall } from "../call/map-call.ts";
import {
  type ApplyOptions,
  checkCallOptions,
  checkCount,
  checkFunction,
  checkPoolOptions,
  type ImapOptions,
  type MapOptions,
  none,
  type PoolOptions,
} from "../call/pool-options.ts";
import { engineOf } from "../engine/engine-of.ts";
import { WorkerSet } from "../schedule/worker-set.ts";
import { budget } from "../wire/budget.ts";
import { knownFunction } from "../wire/known-function.ts";
import { describeCrew, type PoolStats, statsOf } from "./pool-stats.ts";

// What must be given where the function must have arguments.
type ApplyRest<F extends AnyFunction> =
  [] extends Parameters<F>
    ? [args?: Readonly<Parameters<F>> | readonly [], options?: ApplyOptions]
    : [args: Readonly<Parameters<F>>, options?: ApplyOptions];

let pools = 0;
let workers = 0;

/**
 * A fixed number of workers, threads or processes, that run functions for you.
 *
 * Arguments and items are copied when a worker takes them: until then, leave alone what you passed. A worker runs one task
 * at a time, in the order in which they came. Whatever ends a worker, each call settles once, and the worker is replaced.
 * Workers that have nothing to do do not keep the program alive.
 *
 * @example
 * await using pool = new Pool();
 * const sizes = await pool.map(sizeOf, files);
 *
 * Source: the API is that of Python's `multiprocessing.Pool`; unlike there, a worker's death never leaves a call without an
 * answer, and `imap` reads no further ahead than it must.
 */
export class Pool implements AsyncDisposable {
  /** The start method of pools that name none; contexts bind it. */
  static readonly startMethod: StartMethodName | null = null;

  readonly #crew: WorkerSet;

  /**
   * Makes the pool and starts its workers.
   *
   * @param options how many workers, or {@link PoolOptions}.
   * @throws {RangeError} or {TypeError} when an option is not what it should be.
   */
  constructor(options: number | PoolOptions = {}) {
    const given = typeof options === "number" ? { processes: options } : options;
    checkPoolOptions("Pool", given);
    const { processes = budget(), initializer, initArgs = [], maxTasksPerChild, maxBytesPerChild } = given;
    const method = given.startMethod ?? (new.target as typeof Pool).startMethod ?? defaultStartMethod();
    pools += 1;
    this.#crew = new WorkerSet({
      name: `Pool-${pools}`,
      engine: engineOf(method),
      size: processes,
      workerName: () => `PoolWorker-${++workers}`,
      initializer,
      initArgs,
      maxTasksPerWorker: maxTasksPerChild ?? Number.POSITIVE_INFINITY,
      maxBytesPerWorker: maxBytesPerChild ?? Number.POSITIVE_INFINITY,
      graceMs: given.graceMs ?? 1000,
      resourceLimits: given.resourceLimits,
      onDemand: false,
      isStrictlyOrdered: false,
      breaksOnDeath: false,
      budget: Math.max(1, Math.floor(budget() / processes)),
    });
    forgotten.register(this, this.#crew, this);
  }

  /**
   * Calls a function in a worker.
   *
   * @param args what it is called with. Default: nothing.
   * @throws what the function throws; {WorkerDiedError} when its worker ended first; {TimeoutError} when `timeoutMs`
   *   passed; `signal.reason` on abort; {CloneError} when an argument or the result cannot cross; {ClosedError} after
   *   `close()` or `terminate()`; {BrokenProcessPoolError} when workers do not come up.
   */
  async apply<F extends AnyFunction>(
    fn: Target<F>,
    ...[args = [], options = none]: ApplyRest<F>
  ): Promise<Answer<ReturnType<F>>> {
    const known = this.#check("apply", fn, options, ["timeoutMs"]);
    if (!Array.isArray(args)) throw new TypeError(`Cannot run apply: args is ${typeof args}, write an array`);
    if (options.timeoutMs !== undefined && !(options.timeoutMs >= 0)) {
      throw new RangeError(`Cannot run apply: timeoutMs is ${options.timeoutMs}, write milliseconds, ≥ 0`);
    }
    try {
      return (await runCall(this.#crew, known, args, options)) as Answer<ReturnType<F>>;
    } catch (error) {
      // The line that awaits this call is among the frames here. To note the line that made it would cost every call microseconds.
      throw error === options.signal?.reason ? error : withCaller(error, `apply(${known.name})`, callerOf(this.apply));
    }
  }

  /**
   * Calls a function with each item of an iterable, many at once.
   *
   * Items travel in chunks; a free worker takes the next. When a call fails, the rest of its chunk is left out, all other
   * chunks are finished, then the first error is thrown; its hidden `itemIndex` tells which item it was.
   *
   * A large object that stands in every item, as the item itself, an element or a field, is sent to each worker once, and is one
   * object there.
   *
   * @param items an array, a typed array, or any iterable, which is read to its end first. A typed array over shared memory is not copied
   *   to threads.
   * @returns the results in the order of the items.
   */
  async map<T, R>(
    fn: Target<(item: T) => R>,
    items: Iterable<T> | AsyncIterable<T>,
    options: MapOptions = {},
  ): Promise<Answer<R>[]> {
    const caller = callerOf(this.map);
    return this.#map("map", fn, items, options, caller) as Promise<Answer<R>[]>;
  }

  /** As {@link map}, for functions of several arguments: each item is the list of them. */
  async starmap<A extends readonly unknown[], R>(
    fn: Target<(...args: [...A]) => R>,
    items: Iterable<Readonly<A>> | AsyncIterable<Readonly<A>>,
    options: MapOptions = {},
  ): Promise<Answer<R>[]> {
    const caller = callerOf(this.starmap);
    return this.#map("starmap", fn as Target, items, options, caller) as Promise<Answer<R>[]>;
  }

  /**
   * As {@link map}, item by item: results come in the order of the items as soon as they are there, and the input is read
   * only so far ahead as `bufferSize` says, so that it may be endless. Work begins at once. A call that fails rejects its
   * own `next()`; the iteration can go on after that.
   *
   * @example
   * for await (const page of pool.imap(render, documents)) await save(page);
   */
  imap<T, R>(
    fn: Target<(item: T) => R>,
    items: Iterable<T> | AsyncIterable<T>,
    options: ImapOptions = {},
  ): ResultIterator<Answer<R>> {
    return this.#imap("imap", fn, items, options) as ResultIterator<Answer<R>>;
  }

  /** As {@link imap}, in the order in which the results come. */
  imapUnordered<T, R>(
    fn: Target<(item: T) => R>,
    items: Iterable<T> | AsyncIterable<T>,
    options: ImapOptions = {},
  ): ResultIterator<Answer<R>> {
    return this.#imap("imapUnordered", fn, items, options) as ResultIterator<Answer<R>>;
  }

  /** Takes on no new calls; the workers leave when all is done. Twice is fine. */
  close(): void {
    forgotten.unregister(this);
    this.#crew.close();
  }

  /** Ends all workers now. What is not done rejects with {@link ClosedError}. Twice is fine. */
  terminate(): void {
    forgotten.unregister(this);
    this.#crew.terminate(
      () =>
        new ClosedError(
          `Cannot finish the call: ${this.#crew.options.name} was terminated; close() it to finish first`,
        ),
    );
  }

  /**
   * Waits until all workers are gone. Results of an `imap` that nobody has fetched yet are computed all the same.
   *
   * @returns `true`; `false` when time ran out.
   * @throws {ProcessStateError} before `close()` or `terminate()`.
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    if (this.#crew.state === "open") {
      throw new ProcessStateError(
        `Cannot join ${this.#crew.options.name}: it is running, close() or terminate() it first`,
      );
    }
    return (await withDeadline(this.#crew.join(), options)) === undefined;
  }

  /** What it is doing, and what it has done. */
  stats(): PoolStats {
    return statsOf(this.#crew);
  }

  toString(): string {
    return `${this.constructor.name}(${describeCrew(this.#crew)})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /** Terminates, then waits for the workers' end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.terminate();
    await this.#crew.join();
  }

  #check(call: string, fn: unknown, options: object, further: readonly string[]) {
    this.#crew.checkOpen(call);
    checkFunction(`run ${call}`, "the function", fn);
    checkCallOptions(call, options, further);
    return knownFunction(fn, this.#crew.options.engine.reach);
  }

  async #map(
    call: string,
    fn: unknown,
    input: Iterable<unknown> | AsyncIterable<unknown>,
    options: MapOptions,
    caller: object,
  ): Promise<unknown[]> {
    const known = this.#check(call, fn, options, ["chunkSize", "onProgress"]);
    const { chunkSize, onProgress, signal, onCancel, retry } = options;
    checkCount(`run ${call}`, "chunkSize", chunkSize);
    signal?.throwIfAborted();
    const listed = listOf(call, input);
    const items = listed instanceof Promise ? await listed : listed;
    // Reading the input may have taken its time.
    this.#crew.checkOpen(call);
    signal?.throwIfAborted();
    return new MapCall(this.#crew, {
      fn: known,
      kind: call === "map" ? "each" : "spread",
      call,
      items,
      chunkSize,
      attempts: retry?.attempts,
      signal,
      onProgress: onProgress && guarded(onProgress),
      onCancel: onCancel && guarded(onCancel),
      caller,
    }).result;
  }

  #imap(
    call: "imap" | "imapUnordered",
    fn: unknown,
    input: Iterable<unknown> | AsyncIterable<unknown>,
    options: ImapOptions,
  ): ImapCall {
    const known = this.#check(call, fn, options, ["chunkSize", "bufferSize"]);
    const { chunkSize = 1, bufferSize, signal, onCancel, retry } = options;
    checkCount(`run ${call}`, "chunkSize", chunkSize);
    checkCount(`run ${call}`, "bufferSize", bufferSize);
    signal?.throwIfAborted();
    return new ImapCall(this.#crew, {
      fn: known,
      kind: "each",
      call,
      input,
      isOrdered: call === "imap",
      chunkSize,
      bufferSize: bufferSize ?? 4 * chunkSize * this.#crew.options.size,
      attempts: retry?.attempts,
      signal,
      onCancel: onCancel && guarded(onCancel),
      caller: callerOf(this[call] as never),
    });
  }
}

// A pool that nobody can close any more finishes what it was given.
const forgotten = new FinalizationRegistry((crew: WorkerSet) => {
  process.emitWarning(
    `${crew.options.name} was forgotten while it ran: close() it, or write \`await using pool = new Pool()\``,
    "ResourceWarning",
  );
  crew.close();
});
