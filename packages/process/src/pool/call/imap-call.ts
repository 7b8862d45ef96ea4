import { readTimeout, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import { TimeoutError } from "../../base/errors.ts";
import { CallQueue } from "../schedule/call-queue.ts";
import { type CancelOutcome, Task, type TaskOutcome } from "../schedule/task.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";
import { Fifo } from "../wire/fifo.ts";
import type { KnownFunction } from "../wire/known-function.ts";
import { RepeatedValues } from "../wire/repeated-values.ts";
import { type Caller, withCaller } from "./call-site.ts";
import { type Chunk, ChunkReader } from "./chunk-reader.ts";
import { type Outcome, ResultBuffer, type Slot } from "./result-buffer.ts";

/** What an `imap` is made from; all of it was checked. */
export interface ImapSpec {
  readonly fn: KnownFunction;
  readonly kind: "each" | "spread";
  /** `imap`, `imapUnordered` or `map`. */
  readonly call: string;
  readonly input: Iterable<unknown> | AsyncIterable<unknown>;
  readonly isOrdered: boolean;
  readonly chunkSize: number;
  readonly bufferSize: number;
  readonly attempts: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onCancel: ((how: CancelOutcome) => void) | undefined;
  readonly caller: Caller;
}

/** The results of an `imap`, one by one. */
export interface ResultIterator<R> extends AsyncIterableIterator<R> {
  /**
   * The next result. Rejects with what the item's call threw; the iteration can go on after that.
   *
   * @throws {TimeoutError} when time ran out first; the result is not lost, the next `next()` gives it.
   */
  next(options?: WaitOptions): Promise<IteratorResult<R, undefined>>;
  /** Ends the iteration: reads no more, drops what waits for a worker. */
  return(): Promise<IteratorResult<R, undefined>>;
  [Symbol.asyncIterator](): ResultIterator<R>;
}

/** One `imap` under way: reads its input as far ahead as it may, and hands out results. */
export class ImapCall implements ResultIterator<unknown> {
  readonly #crew: WorkerSet;
  readonly #spec: ImapSpec;
  readonly #reader: ChunkReader;
  readonly #queue = new CallQueue((error) => this.#giveUp(error));
  readonly #running = new Set<Task>();
  readonly #results: ResultBuffer;
  readonly #repeated = new RepeatedValues();
  readonly #leave: (() => void)[];
  /** Whether somebody waits for the end of everything, and cannot fetch results meanwhile. */
  #isJoined = false;
  #read = 0;
  #isReading = false;
  #end: { readonly error?: { readonly reason: unknown } } | undefined;
  #changed: Deferred<void> = deferred();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(crew: WorkerSet, spec: ImapSpec) {
    this.#crew = crew;
    this.#spec = spec;
    this.#reader = new ChunkReader(spec.input, spec.chunkSize);
    this.#results = new ResultBuffer(spec.isOrdered);
    crew.hold();
    const join = () => {
      this.#isJoined = true;
      this.#fill();
    };
    this.#leave = [
      () => crew.forget(this.#repeated.all),
      () => crew.release(),
      crew.addSource(this.#queue),
      crew.onJoin(join),
    ];
    const { signal } = spec;
    if (signal !== undefined) {
      const abort = () => this.#abort(signal);
      signal.addEventListener("abort", abort, { once: true });
      this.#leave.push(() => signal.removeEventListener("abort", abort));
    }
    this.#fill();
  }

  next(options: WaitOptions = {}): Promise<IteratorResult<unknown, undefined>> {
    readTimeout(options.timeoutMs);
    // One after the other: a look that ran out of time must not take what an earlier one waits for.
    const result = this.#turn.then(() => this.#next(options));
    this.#turn = result.catch(() => {});
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
    const began = performance.now();
    for (;;) {
      const outcome = this.#results.take();
      if (outcome !== undefined) {
        this.#fill();
        if ("error" in outcome) throw outcome.error;
        return { done: false, value: outcome.value };
      }
      if (this.#end !== undefined && this.#results.unfetched === 0) {
        const { error } = this.#end;
        this.#end = {};
        if (error !== undefined) throw error.reason;
        return { done: true, value: undefined };
      }
      const { timeoutMs } = options;
      const left = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - began));
      const changed = await withDeadline(this.#changed.promise, { ...options, timeoutMs: left });
      if (changed === timedOut) {
        throw new TimeoutError(
          `No result of ${this.#spec.call}(${this.#spec.fn.name}) within ${timeoutMs} ms: it goes on, ask again`,
        );
      }
    }
  }

  // Whether another chunk may be read: there is room for all of it, or nothing is buffered at all. Who waits for the end
  // fetches nothing, so that only what is still to be done counts then.
  get #hasRoom(): boolean {
    const { chunkSize, bufferSize } = this.#spec;
    const buffered = this.#isJoined ? this.#results.unknown : this.#results.unfetched;
    return buffered === 0 || buffered + chunkSize <= bufferSize;
  }

  #fill(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#end === undefined && this.#hasRoom) {
      const chunk = this.#reader.read();
      if (chunk instanceof Promise) {
        void chunk.then((read) => {
          this.#isReading = false;
          this.#enter(read);
          this.#fill();
        });
        return;
      }
      this.#enter(chunk);
    }
    this.#isReading = false;
  }

  #enter(chunk: Chunk): void {
    if (this.#end !== undefined) return;
    if ("end" in chunk) {
      this.#end = chunk;
      this.#tell();
      return;
    }
    const { items } = chunk;
    const { fn, kind, call, attempts, signal } = this.#spec;
    const slot = this.#results.open(items.length);
    const task: Task = new Task({
      fn,
      kind,
      call,
      input: items,
      firstItem: this.#read,
      repeated: this.#repeated,
      goesOn: true,
      attempts,
      isExclusive: signal !== undefined,
      settled: (outcome) => this.#settled(task, slot, outcome),
    });
    this.#running.add(task);
    this.#read += items.length;
    this.#queue.push(task);
    this.#crew.wake();
  }

  #settled(task: Task, slot: Slot, outcome: TaskOutcome): void {
    this.#running.delete(task);
    this.#results.fill(slot, new Fifo(this.#outcomesOf(task, slot.items, outcome)));
    this.#tell();
    if (this.#isJoined) this.#fill();
  }

  /** What became of each item of a chunk. */
  #outcomesOf({ spec, title }: Task, items: number, outcome: TaskOutcome): Outcome[] {
    const { firstItem = 0, call, fn } = spec;
    const { caller } = this.#spec;
    if ("error" in outcome) {
      const told = { error: withCaller(outcome.error, title, caller, firstItem) };
      return new Array(items).fill(told);
    }
    const outcomes = Array.from(outcome.values as ArrayLike<unknown>, (value): Outcome => ({ value }));
    for (const [place, error] of outcome.errors) {
      const index = firstItem + place;
      outcomes[place] = { error: withCaller(error, `item ${index} of ${call}(${fn.name})`, caller, index) };
    }
    // A chunk that could not be begun has one error for all of it.
    while (outcomes.length < items) outcomes.push(outcomes.at(-1) as Outcome);
    return outcomes;
  }

  #abort(signal: AbortSignal): void {
    const { onCancel } = this.#spec;
    if (this.#running.size === 0) onCancel?.("not started");
    const told = (how: CancelOutcome) => {
      onCancel?.(how);
      return signal.reason;
    };
    // The caller learns of the abort; what its input says to being closed comes second.
    this.#stop({ error: { reason: signal.reason } }, told).catch(() => {});
  }

  async #stop(end: { readonly error?: { readonly reason: unknown } }, cancel?: (how: CancelOutcome) => unknown) {
    this.#end = end;
    this.#results.close();
    const dropped = new Error("dropped");
    // What runs already is not worth its worker's life, unless it was cancelled.
    this.#queue.drop(() => dropped);
    if (cancel !== undefined) for (const task of this.#running) this.#crew.cancel(task, end.error?.reason, cancel);
    this.#tell();
    await this.#reader.close();
  }

  // Nothing more will be run, so that nothing more need be read.
  #giveUp(error: () => unknown): void {
    this.#end ??= { error: { reason: error() } };
    this.#tell();
    void this.#reader.close().catch(() => {});
  }

  // Tells whoever waits, and lets go of the pool when there is nothing more for it to do.
  #tell(): void {
    this.#changed.resolve();
    this.#changed = deferred();
    if (this.#end === undefined || this.#running.size > 0) return;
    for (const leave of this.#leave.splice(0)) leave();
  }
}
