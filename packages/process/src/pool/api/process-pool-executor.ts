import { readTimeout } from "../../base/deadline.ts";
import { ProcessStateError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { checkOptionKeys } from "../../base/options.ts";
import type { Answer } from "../../callable/form/answer.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { defaultStartMethod } from "../../process/parent/default-start-method.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import { callerOf, withCaller } from "../call/call-site.ts";
import { ImapCall } from "../call/imap-call.ts";
import { checkCount, checkFunction, checkPoolOptions, type PoolOptions } from "../call/pool-options.ts";
import { zip } from "../call/zip.ts";
import { engineOf } from "../engine/engine-of.ts";
import { Task } from "../schedule/task.ts";
import { WorkerSet } from "../schedule/worker-set.ts";
import { budget } from "../wire/budget.ts";
import { knownFunction } from "../wire/known-function.ts";
import { BrokenProcessPoolError } from "../wire/pool-errors.ts";
import { ExecutorMap } from "./executor-map.ts";
import { Future } from "./future.ts";
import { describeCrew, type PoolStats, statsOf } from "./pool-stats.ts";

/** How an executor is made: as a pool, under Python's names. */
export interface ExecutorOptions extends Omit<PoolOptions, "processes"> {
  /** How many workers at most, ≥ 1. Default: one a processor, see `cpuCount()`. */
  readonly maxWorkers?: number;
  /** Workers are called `prefix_0`, `prefix_1`… Default: `ProcessPoolExecutor-1` and so on. */
  readonly workerNamePrefix?: string;
}

/** What an executor's `map` takes, behind its iterables. */
export interface ExecutorMapOptions {
  /** Longest time for all of it, in milliseconds from the call. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Items in a chunk, ≥ 1. Default: 1. */
  readonly chunkSize?: number | undefined;
  /** How many items may have been read and not been handed out, ≥ 1. Default: no limit, all are read and submitted at once. */
  readonly bufferSize?: number | undefined;
}

type Input<T> = Iterable<T> | AsyncIterable<T>;

let executors = 0;

/**
 * Runs calls in workers, threads or processes, and gives a {@link Future} for each.
 *
 * Workers are started as calls come, idle ones are used first. Unlike a pool's, the death of one worker is the end of the
 * executor: all that is pending fails with {@link BrokenProcessPoolError}. Leaving its scope finishes what was submitted.
 *
 * @example
 * await using executor = new ProcessPoolExecutor({ maxWorkers: 4 });
 * const futures = files.map((file) => executor.submit(sizeOf, file));
 * for await (const future of asCompleted(futures)) console.log(await future);
 *
 * Source: Python's `concurrent.futures.ProcessPoolExecutor`.
 */
export class ProcessPoolExecutor implements AsyncDisposable {
  /** The start method of executors that name none; contexts bind it. */
  static readonly startMethod: StartMethodName | null = null;

  readonly #crew: WorkerSet;
  readonly #pending = new Set<Future>();

  /** @throws {RangeError} or {TypeError} when an option is not what it should be. */
  constructor(options: number | ExecutorOptions = {}) {
    const { workerNamePrefix, ...given } = typeof options === "number" ? { maxWorkers: options } : options;
    checkPoolOptions("ProcessPoolExecutor", given, { processes: "maxWorkers" });
    const { maxWorkers = budget(), initializer, initArgs = [], maxTasksPerChild, maxBytesPerChild } = given;
    executors += 1;
    const name = `ProcessPoolExecutor-${executors}`;
    this.#crew = new WorkerSet({
      name,
      engine: engineOf(
        given.startMethod ?? (new.target as typeof ProcessPoolExecutor).startMethod ?? defaultStartMethod(),
      ),
      size: maxWorkers,
      workerName: (n) => `${workerNamePrefix ?? name}_${n}`,
      initializer,
      initArgs,
      maxTasksPerWorker: maxTasksPerChild ?? Number.POSITIVE_INFINITY,
      maxBytesPerWorker: maxBytesPerChild ?? Number.POSITIVE_INFINITY,
      graceMs: given.graceMs ?? 1000,
      resourceLimits: given.resourceLimits,
      onDemand: true,
      isStrictlyOrdered: true,
      breaksOnDeath: true,
      budget: Math.max(1, Math.floor(budget() / maxWorkers)),
    });
  }

  /**
   * Submits one call.
   *
   * @throws {ClosedError} after `shutdown()`; {BrokenProcessPoolError} when a worker has died; {TypeError} when `fn` is no function.
   */
  submit<F extends AnyFunction>(fn: Target<F>, ...args: Parameters<F>): Future<Answer<ReturnType<F>>> {
    this.#crew.checkOpen("submit");
    checkFunction("submit", "the function", fn);
    const known = knownFunction(fn as Target, this.#crew.options.engine.reach);
    const caller = callerOf(this.submit);
    this.#crew.hold();
    const future: Future<Answer<ReturnType<F>>> = new Future(() => {
      const reason = new Error("cancelled");
      this.#crew.cancel(task, reason, () => reason);
    });
    const task: Task = new Task({
      fn: known,
      kind: "call",
      call: "submit",
      input: args,
      started: () => {
        if (future.state === "pending") future.setRunningOrNotifyCancel();
      },
      settled: (outcome) => {
        this.#crew.release();
        this.#pending.delete(future as Future);
        if (future.done) return;
        const [failed] = "error" in outcome ? [[0, outcome.error] as const] : outcome.errors;
        if (failed === undefined) future.setResult((outcome as { readonly values: unknown }).values as never);
        else future.setException(withCaller(failed[1], task.title, caller));
      },
    });
    this.#pending.add(future as Future);
    this.#crew.push(task);
    return future;
  }

  /**
   * Calls a function with each item of an iterable, or with one item of each of several, until the shortest ends. All calls
   * are submitted now, unless `bufferSize` is given. Results come in order; the first error is the end of it.
   *
   * @param rest the iterables, behind which {@link ExecutorMapOptions} may stand.
   */
  map<A extends readonly unknown[], R>(
    fn: Target<(...args: [...A]) => R>,
    ...rest: [...{ [K in keyof A]: Input<A[K]> }, ExecutorMapOptions?]
  ): AsyncIterableIterator<Answer<R>> {
    this.#crew.checkOpen("map");
    checkFunction("run map", "the function", fn);
    const [inputs, { timeoutMs, chunkSize = 1, bufferSize }] = splitOptions(rest);
    checkCount("run map", "chunkSize", chunkSize);
    checkCount("run map", "bufferSize", bufferSize);
    readTimeout(timeoutMs);
    const [only] = inputs;
    const call = new ImapCall(this.#crew, {
      fn: knownFunction(fn as Target, this.#crew.options.engine.reach),
      kind: inputs.length === 1 ? "each" : "spread",
      call: "map",
      input: inputs.length === 1 ? (only as Input<unknown>) : zip(inputs),
      isOrdered: true,
      chunkSize,
      bufferSize: bufferSize ?? Number.POSITIVE_INFINITY,
      attempts: undefined,
      signal: undefined,
      onCancel: undefined,
      caller: callerOf(this.map as never),
    });
    return new ExecutorMap(call, timeoutMs) as AsyncIterableIterator<Answer<R>>;
  }

  /**
   * Takes on nothing new; what was submitted is still done, and the program lives until it is. Twice is fine.
   *
   * @param options.wait whether the promise waits for the end of all workers. Default: true.
   * @param options.cancelFutures cancels what no worker has yet. Default: false.
   */
  async shutdown(options: { readonly wait?: boolean; readonly cancelFutures?: boolean } = {}): Promise<void> {
    checkOptionKeys("shutdown", options, ["wait", "cancelFutures"]);
    if (options.cancelFutures === true) for (const future of [...this.#pending]) future.cancel();
    this.#crew.close();
    if (options.wait !== false) await this.#crew.join();
  }

  /** Shuts down without waiting, cancels what no worker has yet, and ends the workers with SIGTERM. Harmless when there are none. */
  terminateWorkers(): void {
    this.#end("SIGTERM");
  }

  /** As {@link terminateWorkers}, with SIGKILL. */
  killWorkers(): void {
    this.#end("SIGKILL");
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

  /** Shuts down, and waits for everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #end(signal: NodeJS.Signals): void {
    for (const future of [...this.#pending]) future.cancel();
    const { name } = this.#crew.options;
    const cause = new ProcessStateError(`The workers of ${name} were ended with ${signal}`);
    this.#crew.terminate(
      () =>
        new BrokenProcessPoolError(`Cannot finish the call: the workers of ${name} were ended with ${signal}`, {
          cause,
        }),
      signal,
    );
  }
}

// Iterables first; what is none and stands last is the options.
function splitOptions(rest: readonly unknown[]): [Input<unknown>[], ExecutorMapOptions] {
  const last = rest.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !isIterable(last);
  const inputs = hasOptions || (rest.length > 0 && last === undefined) ? rest.slice(0, -1) : rest;
  for (const input of inputs) {
    if (!isIterable(input)) throw new TypeError(`Cannot run map: ${String(input)} is no iterable`);
  }
  if (hasOptions) checkOptionKeys("map", last, ["timeoutMs", "chunkSize", "bufferSize"]);
  return [inputs as Input<unknown>[], hasOptions ? (last as ExecutorMapOptions) : {}];
}

function isIterable(value: unknown): boolean {
  if (typeof value === "string") return true;
  return typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}
