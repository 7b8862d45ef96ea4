import { readTimeout, timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { type Deferred, deferred } from "../base/deferred.ts";
import { TimeoutError } from "../base/errors.ts";
import { CallQueue } from "./call-queue.ts";
import { type Caller, withCaller } from "./caller.ts";
import { type Chunk, ChunkReader } from "./chunk-reader.ts";
import type { Crew } from "./crew.ts";
import type { KnownFunction } from "./known-function.ts";
import { type CancelOutcome, Task, type TaskOutcome } from "./task.ts";

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

type Outcome = { readonly value: unknown } | { readonly error: unknown };
/** A chunk's place among the results; without outcomes while they are not known. */
interface Slot {
  outcomes: Outcome[] | undefined;
  readonly items: number;
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
  readonly #crew: Crew;
  readonly #spec: ImapSpec;
  readonly #reader: ChunkReader;
  readonly #queue = new CallQueue();
  readonly #running = new Set<Task>();
  /** Chunks that were read and not wholly handed out, in the order in which that is to happen. */
  readonly #slots: Slot[] = [];
  readonly #leave: (() => void)[];
  #buffered = 0;
  #read = 0;
  #isReading = false;
  #bound: number;
  #end: { readonly error?: { readonly reason: unknown } } | undefined;
  #changed: Deferred<void> = deferred();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(crew: Crew, spec: ImapSpec) {
    this.#crew = crew;
    this.#spec = spec;
    this.#reader = new ChunkReader(spec.input, spec.chunkSize);
    this.#bound = spec.bufferSize;
    crew.hold();
    this.#leave = [() => crew.release(), crew.addSource(this.#asSource())];
    const unbind = () => {
      this.#bound = Number.POSITIVE_INFINITY;
      this.#fill();
    };
    this.#leave.push(crew.onJoin(unbind));
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
      const outcome = this.#take();
      if (outcome !== undefined) {
        this.#fill();
        if ("error" in outcome) throw outcome.error;
        return { done: false, value: outcome.value };
      }
      if (this.#end !== undefined && this.#slots.length === 0) {
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

  #take(): Outcome | undefined {
    const { isOrdered } = this.#spec;
    const at = isOrdered ? 0 : this.#slots.findIndex(({ outcomes }) => outcomes !== undefined);
    const slot = this.#slots[at];
    const outcome = slot?.outcomes?.shift();
    if (slot === undefined || outcome === undefined) return undefined;
    this.#buffered -= 1;
    if (slot.outcomes?.length === 0) this.#slots.splice(at, 1);
    return outcome;
  }

  // Reads on while there is room for a whole chunk, or nothing is buffered at all.
  #fill(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#end === undefined && (this.#buffered === 0 || this.#buffered + this.#spec.chunkSize <= this.#bound)) {
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
      this.#settle();
      return;
    }
    const { items } = chunk;
    const { fn, kind, call, attempts, signal } = this.#spec;
    const slot: Slot = { outcomes: undefined, items: items.length };
    const task: Task = new Task({
      fn,
      kind,
      call,
      input: items,
      firstItem: this.#read,
      goesOn: true,
      attempts,
      isExclusive: signal !== undefined,
      settled: (outcome) => this.#settled(task, slot, outcome),
    });
    this.#slots.push(slot);
    this.#running.add(task);
    this.#read += items.length;
    this.#buffered += items.length;
    this.#queue.push(task);
    this.#crew.wake();
  }

  #settled(task: Task, slot: Slot, outcome: TaskOutcome): void {
    const { firstItem = 0, call, fn } = task.spec;
    const { caller } = this.#spec;
    this.#running.delete(task);
    if ("error" in outcome) {
      const told = { error: withCaller(outcome.error, task.title, caller, firstItem) };
      slot.outcomes = Array.from({ length: slot.items }, () => told);
    } else {
      const outcomes = Array.from(outcome.values as ArrayLike<unknown>, (value): Outcome => ({ value }));
      for (const [place, error] of outcome.errors) {
        const index = firstItem + place;
        outcomes[place] = { error: withCaller(error, `item ${index} of ${call}(${fn.name})`, caller, index) };
      }
      // A chunk whose values could not be copied has one error for all of it.
      while (outcomes.length < slot.items) outcomes.push(outcomes.at(-1) as Outcome);
      slot.outcomes = outcomes;
    }
    this.#settle();
  }

  #abort(signal: AbortSignal): void {
    const { onCancel } = this.#spec;
    if (this.#running.size === 0) onCancel?.("not started");
    void this.#stop({ error: { reason: signal.reason } }, (how) => {
      onCancel?.(how);
      return signal.reason;
    });
  }

  async #stop(end: { readonly error?: { readonly reason: unknown } }, cancel?: (how: CancelOutcome) => unknown) {
    this.#end = end;
    this.#slots.length = 0;
    const dropped = new Error("dropped");
    // What runs already is not worth its worker's life, unless it was cancelled.
    this.#queue.fail(() => dropped);
    if (cancel !== undefined) for (const task of this.#running) this.#crew.cancel(task, end.error?.reason, cancel);
    this.#settle();
    await this.#reader.close();
  }

  // Tells whoever waits, and lets go of the pool when there is nothing more for it to do.
  #settle(): void {
    this.#changed.resolve();
    this.#changed = deferred();
    if (this.#end === undefined || this.#running.size > 0) return;
    for (const leave of this.#leave.splice(0)) leave();
  }

  #asSource() {
    const queue = this.#queue;
    return {
      get size() {
        return queue.size;
      },
      get nextIsExclusive() {
        return queue.nextIsExclusive;
      },
      get waitingSince() {
        return queue.waitingSince;
      },
      take: () => queue.take(),
      fail: (error: () => unknown) => {
        queue.fail(error);
        // Nothing more will be run, so nothing more need be read.
        if (this.#end === undefined) this.#end = { error: { reason: error() } };
        this.#settle();
        void this.#reader.close().catch(() => {});
      },
    };
  }
}
