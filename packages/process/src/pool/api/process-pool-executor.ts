import { readTimeout, type WaitOptions } from "../../base/deadline.ts";
import { ProcessStateError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { checkOptionKeys } from "../../base/options.ts";
import { captureCallSite } from "../../base/stack.ts";
import type { Answer } from "../../callable/form/answer.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import { addCallSite } from "../call/call-site.ts";
import { checkCount, checkFunction } from "../call/check-argument.ts";
import { ImapCall } from "../call/imap-call.ts";
import type { Input } from "../call/input.ts";
import { zip } from "../call/zip.ts";
import { Task } from "../schedule/task.ts";
import { takeCallContext } from "../schedule/task-observer.ts";
import { WorkerSet } from "../schedule/worker-set.ts";
import { knownFunction } from "../wire/known-function.ts";
import { BrokenProcessPoolError } from "../wire/pool-errors.ts";
import { ExecutorMap } from "./executor-map.ts";
import { Future } from "./future.ts";
import { checkPoolOptions, type PoolOptions, refuseMore, workerSetOptions } from "./pool-options.ts";
import { type PoolStats, poolStats, poolSummary } from "./pool-stats.ts";

/** The options of an executor: those of a pool, under Python's names. */
export interface ExecutorOptions extends Omit<PoolOptions, "processes" | "minProcesses"> {
  /** The maximal number of workers, ≥ 1. Default: as of `PoolOptions.processes`. */
  readonly maxWorkers?: number;
  /** The number of workers that are started at once and kept, ≥ 0 and ≤ `maxWorkers`. Default: 0. */
  readonly minWorkers?: number;
  /** The prefix of the workers' names: `prefix_0`, `prefix_1`… Default: `ProcessPoolExecutor-1` and so on. */
  readonly workerNamePrefix?: string;
}

/** The options of an executor's `map`, the last argument after its iterables. */
export interface ExecutorMapOptions {
  /** Longest time for all results, in milliseconds from the call. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Items in a chunk, ≥ 1. Default: 1. */
  readonly chunkSize?: number | undefined;
  /** How many items may have been read and not been handed out, ≥ 1. Default: no limit; all are submitted at once. */
  readonly bufferSize?: number | undefined;
}

let executors = 0;

/**
 * Runs calls in workers, threads or processes, and gives a {@link Future} for each.
 *
 * Workers are started when calls are submitted; idle ones are used first. Unlike in a pool, the crash of one worker
 * breaks the executor: all pending calls fail with {@link BrokenProcessPoolError}. Leaving its scope waits for all
 * submitted calls.
 *
 * Source: Python's `concurrent.futures.ProcessPoolExecutor`.
 *
 * @example
 * await using executor = new ProcessPoolExecutor({ maxWorkers: 4 });
 * const futures = files.map((file) => executor.submit(sizeOf, file));
 * for await (const future of asCompleted(futures)) console.log(await future.result());
 */
export class ProcessPoolExecutor implements AsyncDisposable {
  /** The start method of executors that name none; a context sets it. */
  static readonly startMethod: StartMethodName | null = null;

  readonly #workerSet: WorkerSet;
  readonly #pending = new Set<Future>();

  /** @throws {RangeError} or {TypeError} when an option is invalid. */
  constructor(options: number | ExecutorOptions = {}, ...more: never[]) {
    refuseMore("ProcessPoolExecutor", "maxWorkers", more);
    const all = typeof options === "number" ? { maxWorkers: options } : options;
    const renamed = { processes: "maxWorkers", minProcesses: "minWorkers" };
    checkPoolOptions("ProcessPoolExecutor", all, renamed, ["workerNamePrefix"]);
    const { workerNamePrefix, ...given } = all as ExecutorOptions;
    const { maxWorkers, minWorkers, ...common } = given;
    executors += 1;
    const name = `ProcessPoolExecutor-${executors}`;
    this.#workerSet = new WorkerSet({
      ...workerSetOptions(
        {
          ...common,
          ...(maxWorkers !== undefined && { processes: maxWorkers }),
          ...(minWorkers !== undefined && { minProcesses: minWorkers }),
        },
        (new.target as typeof ProcessPoolExecutor).startMethod,
        false,
      ),
      name,
      workerName: (n) => `${workerNamePrefix ?? name}_${n}`,
      isStrictlyOrdered: true,
      breaksOnCrash: true,
    });
  }

  /**
   * Submits one call.
   *
   * @throws {ClosedError} after `shutdown()`; {QueueFullError} when as many calls wait as `maxQueue` allows;
   *   {BrokenProcessPoolError} when a worker has crashed; {TypeError} when `fn` is not a function.
   */
  submit<F extends AnyFunction>(fn: Target<F>, ...args: Parameters<F>): Future<Answer<ReturnType<F>>> {
    this.#workerSet.checkOpen("submit");
    checkFunction("submit", "the function", fn);
    this.#workerSet.queueLimit.check("submit");
    const known = knownFunction(fn as Target, this.#workerSet.options.engine.reach);
    const callSite = captureCallSite(this.submit);
    const context = takeCallContext(this.#workerSet.options);
    this.#workerSet.beginCall();
    const future: Future<Answer<ReturnType<F>>> = new Future(() => {
      const reason = new Error("cancelled");
      this.#workerSet.cancel(task, reason, () => reason);
    });
    const task: Task = new Task({
      fn: known,
      kind: "call",
      call: "submit",
      input: args,
      context,
      onStarted: () => {
        if (future.state === "pending") future.setRunningOrNotifyCancel();
      },
      onSettled: (outcome) => {
        this.#workerSet.endCall();
        this.#pending.delete(future as Future);
        if (future.done) return;
        if ("error" in outcome) future.setException(addCallSite(outcome.error, task.title, callSite));
        else future.setResult(outcome.values as never);
      },
    });
    this.#pending.add(future as Future);
    this.#workerSet.push(task);
    return future;
  }

  /**
   * Calls a function with each item of an iterable. With several iterables, each call gets one item of each, until
   * the shortest ends. All calls are submitted now, unless `bufferSize` is given. Results come in the order of the
   * items; the first error ends the iteration.
   *
   * @param rest the iterables; {@link ExecutorMapOptions} may follow as the last argument.
   */
  map<A extends readonly unknown[], R>(
    fn: Target<(...args: [...A]) => R>,
    ...rest: [...{ [K in keyof A]: Input<A[K]> }, ExecutorMapOptions?]
  ): AsyncIterableIterator<Answer<R>> {
    this.#workerSet.checkOpen("map");
    checkFunction("run map", "the function", fn);
    const [inputs, { timeoutMs, chunkSize = 1, bufferSize }] = splitOptions(rest);
    checkCount("run map", "chunkSize", chunkSize);
    checkCount("run map", "bufferSize", bufferSize);
    readTimeout(timeoutMs);
    const [only] = inputs;
    const call = new ImapCall(this.#workerSet, {
      fn: knownFunction(fn as Target, this.#workerSet.options.engine.reach),
      kind: inputs.length === 1 ? "each" : "spread",
      call: "map",
      input: inputs.length === 1 ? (only as Input<unknown>) : zip(inputs),
      isOrdered: true,
      chunkSize,
      bufferSize: bufferSize ?? Number.POSITIVE_INFINITY,
      attempts: undefined,
      priority: 0,
      itemTimeoutMs: undefined,
      collectsErrors: false,
      onProgress: undefined,
      signal: undefined,
      onCancel: undefined,
      callSite: captureCallSite(this.map as never),
      context: takeCallContext(this.#workerSet.options),
    });
    const isEnded = () => this.#workerSet.state === "terminated";
    return new ExecutorMap(call, timeoutMs, isEnded) as AsyncIterableIterator<Answer<R>>;
  }

  /**
   * Takes no more calls. Submitted calls are finished and keep the program alive until then. Idempotent.
   *
   * @param options.wait whether the promise waits until all workers have exited. Default: true.
   * @param options.cancelFutures whether calls that no worker has are cancelled. Default: false.
   */
  async shutdown(options: { readonly wait?: boolean; readonly cancelFutures?: boolean } = {}): Promise<void> {
    checkOptionKeys("shutdown", options, ["wait", "cancelFutures"]);
    if (options.cancelFutures === true) for (const future of [...this.#pending]) future.cancel();
    this.#workerSet.close();
    if (options.wait !== false) await this.#workerSet.join();
  }

  /**
   * Shuts down without waiting: cancels the calls that no worker has, and ends the workers with SIGTERM. Does nothing
   * when there are no workers.
   */
  terminateWorkers(): void {
    this.#end("SIGTERM");
  }

  /** As {@link terminateWorkers}, with SIGKILL. */
  killWorkers(): void {
    this.#end("SIGKILL");
  }

  /**
   * Whether a further `submit()` should wait for {@link drained}: as many calls wait for a worker as `maxQueue` allows;
   * in an executor without `maxQueue`, as many as it can run at a time.
   */
  get needsDrain(): boolean {
    return this.#workerSet.queueLimit.isReached;
  }

  /**
   * Waits until no call waits for a worker.
   *
   * @returns `true`; `false` on a timeout.
   *
   * @example
   * if (executor.needsDrain) await executor.drained();
   * executor.submit(parse, line);
   */
  drained(options: WaitOptions = {}): Promise<boolean> {
    return this.#workerSet.queueLimit.drained(options);
  }

  /** The state and the totals of the executor. */
  stats(): PoolStats {
    return poolStats(this.#workerSet);
  }

  /** Empties the histograms behind `waitTimes` and `runTimes` of {@link stats}: a monitor reads and resets them. */
  resetTimes(): void {
    this.#workerSet.resetTimes();
  }

  toString(): string {
    return `${this.constructor.name}(${poolSummary(this.#workerSet)})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /** Shuts down, and waits for all calls and workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #end(signal: NodeJS.Signals): void {
    for (const future of [...this.#pending]) future.cancel();
    const { name } = this.#workerSet.options;
    const cause = new ProcessStateError(`The workers of ${name} were ended with ${signal}`);
    this.#workerSet.terminate(
      () =>
        new BrokenProcessPoolError(`Cannot finish the call: the workers of ${name} were ended with ${signal}`, {
          cause,
        }),
      signal,
    );
  }
}

// A last argument that is not iterable is the options.
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
