import { onAbort } from "../../base/abort-listener.ts";
import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import { TimeoutError } from "../../base/errors.ts";
import type { CallSite } from "../../base/stack.ts";
import { type CancelOutcome, Task, type TaskOutcome } from "../schedule/task.ts";
import type { CallContext } from "../schedule/task-observer.ts";
import { TaskQueue } from "../schedule/task-queue.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";
import { Fifo } from "../wire/fifo.ts";
import type { KnownFunction } from "../wire/known-function.ts";
import { RepeatedValues } from "../wire/repeated-values.ts";
import type { ImapProgress } from "./call-options.ts";
import { addCallSite } from "./call-site.ts";
import { type Chunk, ChunkReader } from "./chunk-reader.ts";
import { itemTimeout } from "./item-timeout.ts";
import { type ChunkResults, type ItemResult, ResultBuffer } from "./result-buffer.ts";

/** The options of an `imap`; they were checked. */
export interface ImapSpec {
  readonly fn: KnownFunction;
  readonly kind: "each" | "spread";
  /** `imap`, `imapUnordered` or `map`. */
  readonly call: string;
  readonly input: Iterable<unknown> | AsyncIterable<unknown>;
  readonly isOrdered: boolean;
  readonly chunkSize: number;
  readonly bufferSize: number;
  readonly itemTimeoutMs: number | undefined;
  /** Whether the results are those of `Promise.allSettled()`. */
  readonly collectsErrors: boolean;
  readonly attempts: number | undefined;
  readonly priority: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: ImapProgress) => void) | undefined;
  readonly onCancel: ((how: CancelOutcome) => void) | undefined;
  readonly callSite: CallSite;
  /** What the call carries. */
  readonly context: CallContext | undefined;
}

/** The results of an `imap`, one by one. */
export interface ResultIterator<R> extends AsyncIterableIterator<R> {
  /**
   * The next result. Rejects with the error of the item's call; the iteration can go on after that.
   *
   * @throws {TimeoutError} when time runs out; the result is not lost, the next `next()` gives it.
   */
  next(options?: WaitOptions): Promise<IteratorResult<R, undefined>>;
  /** Ends the iteration: closes the input and drops the chunks that wait for a worker. */
  return(): Promise<IteratorResult<R, undefined>>;
  [Symbol.asyncIterator](): ResultIterator<R>;
}

/** A running `imap`: reads its input up to `bufferSize` items ahead, and hands out results. */
export class ImapCall implements ResultIterator<unknown> {
  readonly #workerSet: WorkerSet;
  readonly #spec: ImapSpec;
  readonly #reader: ChunkReader;
  readonly #queue: TaskQueue;
  readonly #running = new Set<Task>();
  readonly #results: ResultBuffer;
  readonly #repeated = new RepeatedValues();
  readonly #cleanups: (() => void)[];
  /** Whether `join()` was called: the caller may fetch results only after all of them are computed. */
  #isJoined = false;
  #itemsRead = 0;
  #itemsDone = 0;
  #isReading = false;
  #end: { readonly error?: { readonly reason: unknown } } | undefined;
  #changed: Deferred<void> = deferred();
  #lastNext: Promise<unknown> = Promise.resolve();

  constructor(workerSet: WorkerSet, spec: ImapSpec) {
    this.#workerSet = workerSet;
    this.#spec = spec;
    this.#reader = new ChunkReader(spec.input, spec.chunkSize);
    this.#results = new ResultBuffer(spec.isOrdered);
    this.#queue = new TaskQueue(
      (task, error) => workerSet.settle(task, error),
      (error) => this.#onQueueFailed(error),
      spec.priority,
    );
    workerSet.beginCall();
    const onJoin = () => {
      this.#isJoined = true;
      this.#readAhead();
    };
    this.#cleanups = [
      () => workerSet.forget(this.#repeated.all),
      () => workerSet.endCall(),
      workerSet.addSource(this.#queue),
      workerSet.onJoin(onJoin),
    ];
    const { signal } = spec;
    if (signal !== undefined) {
      this.#cleanups.push(onAbort(signal, () => this.#abort(signal)));
    }
    this.#readAhead();
  }

  next(options: WaitOptions = {}): Promise<IteratorResult<unknown, undefined>> {
    checkWaitOptions(options);
    // Calls wait for each other, so that a later call does not take the result of an earlier one.
    const result = this.#lastNext.then(() => this.#next(options));
    this.#lastNext = result.catch(() => {});
    return result;
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    await this.#stop({});
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(options: WaitOptions): Promise<IteratorResult<unknown, undefined>> {
    const startedAt = performance.now();
    for (;;) {
      const result = this.#results.take();
      if (result !== undefined) {
        this.#readAhead();
        if (this.#spec.collectsErrors) return { done: false, value: settledResult(result) };
        if ("error" in result) throw result.error;
        return { done: false, value: result.value };
      }
      if (this.#end !== undefined && this.#results.unfetched === 0) {
        const { error } = this.#end;
        this.#end = {};
        if (error !== undefined) throw error.reason;
        return { done: true, value: undefined };
      }
      const { timeoutMs } = options;
      const left = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - startedAt));
      const changed = await withDeadline(this.#changed.promise, { ...options, timeoutMs: left });
      if (changed === timedOut) {
        throw new TimeoutError(
          `No result of ${this.#spec.call}(${this.#spec.fn.name}) within ${timeoutMs} ms: it goes on, ask again`,
        );
      }
    }
  }

  /**
   * Whether another chunk may be read: the whole chunk fits into the buffer, or the buffer is empty. After `join()`
   * only items without a result count, because the caller may fetch nothing until all are computed.
   */
  get #hasRoom(): boolean {
    const { chunkSize, bufferSize } = this.#spec;
    const buffered = this.#isJoined ? this.#results.unsettled : this.#results.unfetched;
    return buffered === 0 || buffered + chunkSize <= bufferSize;
  }

  #readAhead(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#end === undefined && this.#hasRoom) {
      const chunk = this.#reader.read();
      if (chunk instanceof Promise) {
        void chunk.then((read) => {
          this.#isReading = false;
          this.#queueChunk(read);
          this.#readAhead();
        });
        return;
      }
      this.#queueChunk(chunk);
    }
    this.#isReading = false;
  }

  #queueChunk(chunk: Chunk): void {
    if (this.#end !== undefined) return;
    if ("end" in chunk) {
      this.#end = chunk;
      this.#notify();
      return;
    }
    const { items } = chunk;
    const { fn, kind, call, attempts, priority, context, signal, itemTimeoutMs, onCancel } = this.#spec;
    const results = this.#results.reserve(items.length);
    const task: Task = new Task({
      fn,
      kind,
      call,
      input: items,
      firstItem: this.#itemsRead,
      repeated: this.#repeated,
      continueOnError: true,
      attempts,
      priority,
      context,
      isExclusive: signal !== undefined || itemTimeoutMs !== undefined,
      ...(itemTimeoutMs !== undefined && {
        timeout: itemTimeout(`item ${this.#itemsRead} of ${call}(${fn.name})`, itemTimeoutMs, onCancel),
      }),
      onSettled: (outcome) => this.#onSettled(task, results, outcome),
    });
    this.#running.add(task);
    this.#itemsRead += items.length;
    this.#queue.push(task);
    this.#workerSet.recordQueued(task);
    this.#workerSet.wake();
  }

  #onSettled(task: Task, results: ChunkResults, outcome: TaskOutcome): void {
    this.#running.delete(task);
    // After an abort the outcome is the caller's own reason, which gets no call site.
    const items = this.#results.isClosed ? [] : this.#itemResults(task, results.items, outcome);
    this.#results.fill(results, new Fifo(items));
    this.#itemsDone += results.items;
    if (!this.#results.isClosed) this.#spec.onProgress?.({ done: this.#itemsDone, total: this.#total });
    this.#notify();
    if (this.#isJoined) this.#readAhead();
  }

  /** How many items the input has; `undefined` while that is unknown. */
  get #total(): number | undefined {
    if (this.#end !== undefined) return this.#itemsRead;
    const { length, size } = this.#spec.input as { readonly length?: unknown; readonly size?: unknown };
    if (typeof this.#spec.input === "string") return undefined;
    return [length, size].find((count) => typeof count === "number") as number | undefined;
  }

  /** One result for each item of a chunk. */
  #itemResults(task: Task, items: number, outcome: TaskOutcome): ItemResult[] {
    const { firstItem = 0, call, fn } = task.spec;
    const { callSite } = this.#spec;
    if ("error" in outcome) {
      const result = { error: addCallSite(outcome.error, task.title, callSite, task.onlyItem) };
      return new Array(items).fill(result);
    }
    const results = Array.from(outcome.values as ArrayLike<unknown>, (value): ItemResult => ({ value }));
    for (const [index, error] of outcome.errors) {
      const itemIndex = firstItem + index;
      results[index] = { error: addCallSite(error, `item ${itemIndex} of ${call}(${fn.name})`, callSite, itemIndex) };
    }
    return results;
  }

  #abort(signal: AbortSignal): void {
    const { onCancel } = this.#spec;
    if (this.#running.size === 0) onCancel?.(this.#itemsDone > 0 ? "stopped" : "not started");
    const errorFor = (how: CancelOutcome) => {
      onCancel?.(how);
      return signal.reason;
    };
    // The caller gets the reason of the abort; an error of closing the input is ignored.
    this.#stop({ error: { reason: signal.reason } }, errorFor).catch(() => {});
  }

  async #stop(end: { readonly error?: { readonly reason: unknown } }, errorFor?: (how: CancelOutcome) => unknown) {
    this.#end = end;
    this.#results.close();
    const dropped = new Error("dropped");
    // Only an abort cancels running tasks: that may kill their workers.
    for (const task of this.#queue.takeAll()) this.#workerSet.cancel(task, dropped, () => dropped);
    if (errorFor !== undefined) {
      for (const task of this.#running) this.#workerSet.cancel(task, end.error?.reason, errorFor);
    }
    this.#notify();
    await this.#reader.close();
  }

  // The worker set runs no more tasks, so the input is closed.
  #onQueueFailed(error: () => unknown): void {
    this.#end ??= { error: { reason: error() } };
    this.#notify();
    void this.#reader.close().catch(() => {});
  }

  /** Wakes the pending `next()`; ends the call when its last task is settled. */
  #notify(): void {
    this.#changed.resolve();
    this.#changed = deferred();
    if (this.#end === undefined || this.#running.size > 0) return;
    for (const cleanUp of this.#cleanups.splice(0)) cleanUp();
  }
}

function settledResult(result: ItemResult): PromiseSettledResult<unknown> {
  if ("error" in result) return { status: "rejected", reason: result.error };
  return { status: "fulfilled", value: result.value };
}
