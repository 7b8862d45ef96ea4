import { type BlockOptions, checkWaitOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { ClosedError, QueueEmptyError, QueueFullError } from "../base/errors.ts";
import { queuedItems } from "../base/gauge.ts";
import { mayNeedModules, prepareRecord, readRecord, type ValueRecord } from "../codec/record.ts";
import { RecordRing } from "../connection/record-ring.ts";
import { Ring, type RingSize } from "../memory/ring.ts";
import { SharedObject } from "../memory/shared-object.ts";
import { Outbox } from "./outbox.ts";

/** What all queues have in common: values that go through a ring in shared memory. */
export abstract class RingQueue<T = unknown> extends SharedObject {
  protected readonly ring: Ring;
  protected readonly outbox: Outbox;
  readonly #records: RecordRing;
  #isClosed = false;

  /** @param bytesBefore how much memory there is to be before the ring, a multiple of 64. Default: none. */
  constructor(size: RingSize, bytesBefore = 0) {
    super(bytesBefore + Ring.byteLength(size), bytesBefore);
    this.#records = new RecordRing(this.place.segment, this.place.at + bytesBefore / 4, size);
    this.ring = this.#records.ring;
    this.outbox = new Outbox(this.#records, size.limit !== undefined);
    queuedItems.add(this, RingQueue.#depth);
  }

  static #depth(queue: RingQueue): number {
    return queue.#isClosed ? 0 : queue.ring.count + queue.outbox.size;
  }

  /** Whether there is nothing to get. Others may change that at any moment. */
  get isEmpty(): boolean {
    this.refuseClosed("look into");
    return this.ring.count + this.outbox.size === 0;
  }

  /** Whether this side has closed it. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Puts a value. It can be got as soon as this resolves.
   *
   * @throws {CloneError} or {NotShareableError} when the value cannot cross; {QueueFullError} when time ran out;
   *   `options.signal.reason` when that aborts first; {ClosedError}.
   */
  async put(value: T, options: WaitOptions = {}): Promise<void> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    if (!(await this.outbox.put(this.#pack(value), options))) throw fullError(options.timeoutMs);
  }

  /** Puts a value, blocking this thread while there is no room for it; otherwise as {@link put}. */
  putSync(value: T, options?: BlockOptions): void {
    const timeoutMs = readBlockTimeout(options);
    if (!this.outbox.putSync(this.#pack(value), timeoutMs)) throw fullError(timeoutMs);
  }

  /** Puts a value if there is room for it. Returns whether there was. */
  tryPut(value: T): boolean {
    return this.outbox.tryPut(this.#pack(value));
  }

  /**
   * Gets the next value.
   *
   * @throws {QueueEmptyError} when time ran out; `options.signal.reason` when that aborts first, and nothing was taken;
   *   {ClosedError}, also when it is closed meanwhile.
   */
  async get(options: WaitOptions = {}): Promise<T> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    this.refuseClosed("get from");
    let value: unknown;
    const take = () => {
      this.refuseClosed("get from");
      const taken = this.#records.tryTake();
      if (taken === undefined) return false;
      value = mayNeedModules(taken.tag) ? prepareRecord(taken) : readRecord(taken);
      return true;
    };
    if (!(await this.ring.filled.wait(take, options))) throw emptyError(options.timeoutMs);
    return (await value) as T;
  }

  /** Gets the next value, blocking this thread until there is one; otherwise as {@link get}. */
  getSync(options?: BlockOptions): T {
    const timeoutMs = readBlockTimeout(options);
    let got = this.tryGet();
    if (got !== undefined) return got.value;
    const take = () => {
      got = this.tryGet();
      return got !== undefined;
    };
    if (!this.ring.filled.waitSync(take, timeoutMs, { isSoon: true })) throw emptyError(timeoutMs);
    return (got as unknown as { value: T }).value;
  }

  /** Gets the next value if there is one, in a box, since it may be `undefined`. */
  tryGet(): { readonly value: T } | undefined {
    this.refuseClosed("get from");
    this.outbox.flush();
    const taken = this.#records.tryTake();
    return taken && { value: readRecord(taken) as T };
  }

  override toString(): string {
    const count = this.ring.count + this.outbox.size;
    return `${this.constructor.name}(${this.#isClosed ? "closed" : `size=${count}`})`;
  }

  /**
   * Closes this side: it puts and gets no more, here. What it put goes out all the same; others go on. Twice is fine.
   */
  close(): void {
    this.#isClosed = true;
    this.ring.filled.open();
  }

  /** Resolves when everything that was put here is where others can get it. */
  flushed(): Promise<void> {
    return this.outbox.flushed();
  }

  /** Gets values as they come, until this side is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    while (!this.#isClosed) {
      try {
        yield await this.get();
      } catch (error) {
        if (!this.#isClosed || !(error instanceof ClosedError)) throw error;
      }
    }
  }

  /** Closes this side, and waits until what it put is out. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.flushed();
  }

  /** @throws {ClosedError} when this side was closed. */
  protected refuseClosed(verb: string): void {
    if (this.#isClosed) {
      throw new ClosedError(`Cannot ${verb} the ${this.constructor.name}: this side has closed it`);
    }
  }

  #pack(value: T): ValueRecord {
    this.refuseClosed("put on");
    return this.#records.pack(value);
  }
}

function fullError(timeoutMs: number | undefined): QueueFullError {
  return new QueueFullError(`Cannot put on the queue: it was full for ${timeoutMs} ms, get from it or wait longer`);
}

function emptyError(timeoutMs: number | undefined): QueueEmptyError {
  return new QueueEmptyError(`Cannot get from the queue: it was empty for ${timeoutMs} ms, put on it or wait longer`);
}
