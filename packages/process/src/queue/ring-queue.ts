import { type BlockOptions, checkWaitOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { ClosedError, QueueEmptyError, QueueFullError, QueueShutDownError } from "../base/errors.ts";
import { queuedItems } from "../base/gauge.ts";
import { checkName, labelKey } from "../base/label.ts";
import { observer } from "../base/observer.ts";
import { checkOptionKeys } from "../base/options.ts";
import { RecordRing, readTaken } from "../connection/record-ring.ts";
import { importAndReadRecord, mayNeedModules, readRecord, type ValueRecord } from "../connection/value-record.ts";
import { type WaitSubject, waitObserved, waitObservedSync } from "../memory/observed-wait.ts";
import { Ring, type RingSize } from "../memory/ring.ts";
import { SharedObject } from "../memory/shared-object.ts";
import { BacklogTable } from "./backlog-table.ts";
import { Outbox } from "./outbox.ts";

/** How a queue is closed. */
export interface QueueCloseOptions {
  /** Whether values that this thread keeps for want of space are still sent; `false` drops them. Default: true. */
  readonly flush?: boolean;
}

/** How a queue is shut down. */
export interface QueueShutdownOptions {
  /** Whether the values in the queue are dropped. Default: false. */
  readonly immediate?: boolean;
}

/**
 * The methods that all queues have in common: values are sent through a ring in shared memory.
 *
 * Shape: the memory of a subclass, a `BacklogTable`, a `Ring`.
 */
export abstract class RingQueue<T = unknown> extends SharedObject {
  protected readonly ring: Ring;
  protected readonly outbox: Outbox;
  readonly #records: RecordRing;
  readonly #backlog: BacklogTable;
  #isClosed = false;

  /** @param bytesBefore the memory before the ring, for a subclass; a multiple of 64. Default: 0. */
  constructor(size: RingSize, bytesBefore = 0) {
    const ringAt = bytesBefore + BacklogTable.byteLength;
    super(ringAt + Ring.byteLength(size), ringAt);
    const { segment, at } = this.location;
    this.#backlog = new BacklogTable(segment, at + bytesBefore / 4);
    this.#records = new RecordRing(segment, at + ringAt / 4, size);
    this.ring = this.#records.ring;
    this.ring.notEmpty.waitsFor = { kind: "queue", subject: this[labelKey] };
    this.ring.notFull.waitsFor = this.ring.notEmpty.waitsFor;
    this.outbox = new Outbox(
      this.#records,
      this.#backlog,
      size.limit !== undefined,
      this.constructor.name,
      this[labelKey],
      { backlogEnded: () => this.backlogEnded(), participants: () => segment.participants() },
    );
    queuedItems.add(this, RingQueue.#depth);
  }

  static #depth(queue: RingQueue): number | null {
    return queue.#isClosed ? null : queue.#count;
  }

  /**
   * Its name in traces; need not be unique. It is sent along with the queue. Default: its class and a number, as
   * `Queue-1`.
   */
  get name(): string {
    return this[labelKey].name;
  }

  set name(name: string) {
    this[labelKey].name = checkName(this, name);
  }

  /** Whether it has no values now. */
  get isEmpty(): boolean {
    this.refuseClosed("look into");
    return this.#count === 0;
  }

  /** Whether it was closed here. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Puts a value. When this resolves, the value can be got.
   *
   * @throws {CloneError} or {NotShareableError} when the value cannot be sent; {QueueFullError} when time ran out;
   *   `options.signal.reason` when the signal aborts first; {ClosedError}; {QueueShutDownError}, also when it is shut
   *   down meanwhile.
   */
  async put(value: T, options: WaitOptions = {}): Promise<void> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    if (!(await this.outbox.put(this.#pack(value), options))) throw fullError(options.timeoutMs);
  }

  /** Puts a value, blocking this thread while the queue is full; otherwise as {@link put}. */
  putSync(value: T, options?: BlockOptions): void {
    const timeoutMs = readBlockTimeout(options);
    if (!this.outbox.putSync(this.#pack(value), timeoutMs)) throw fullError(timeoutMs);
  }

  /** Puts a value if the queue is not full. Returns whether it did. */
  tryPut(value: T): boolean {
    return this.outbox.tryPut(this.#pack(value));
  }

  /**
   * Gets the next value.
   *
   * @throws {QueueEmptyError} when time ran out; `options.signal.reason` when the signal aborts first: no value is
   *   taken then; {ClosedError}, also when it is closed meanwhile; {QueueShutDownError} when it was shut down and has
   *   no value left.
   */
  async get(options: WaitOptions = {}): Promise<T> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    this.refuseClosed("get from");
    let value: unknown;
    const take = () => {
      this.refuseClosed("get from");
      const taken = this.#take();
      if (taken === undefined) return false;
      value = mayNeedModules(taken.tag) ? importAndReadRecord(taken) : readRecord(taken);
      return true;
    };
    const { notEmpty } = this.ring;
    const got =
      observer === undefined
        ? await notEmpty.wait(take, options)
        : await waitObserved(observer, this.#waitSubject, notEmpty, take, options);
    if (!got) throw emptyError(options.timeoutMs);
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
    const { notEmpty } = this.ring;
    const isGot =
      observer === undefined
        ? notEmpty.waitSync(take, timeoutMs, { spinFirst: true })
        : waitObservedSync(observer, this.#waitSubject, notEmpty, take, timeoutMs, { spinFirst: true });
    if (!isGot) throw emptyError(timeoutMs);
    return (got as unknown as { value: T }).value;
  }

  /**
   * Gets the next value if there is one, in an object, since the value may be `undefined`.
   *
   * @throws {ClosedError}; {QueueShutDownError} when it was shut down and has no value left.
   */
  tryGet(): { readonly value: T } | undefined {
    this.refuseClosed("get from");
    this.outbox.flush();
    const taken = this.#take();
    return taken && { value: readTaken(this.#records, taken) as T };
  }

  override toString(): string {
    return `${this.constructor.name}(${this.#isClosed ? "closed" : `size=${this.#count}`})`;
  }

  /**
   * Closes the queue here: later puts and gets throw. Values that were put are still sent, and other threads and
   * processes can use the queue. Idempotent.
   *
   * A child does not exit before the values that it put have space in the shared memory. With `{ flush: false }` the
   * values that still wait for space are dropped, as by Python's `cancel_join_thread()`.
   */
  close(options: QueueCloseOptions = {}): void {
    checkOptionKeys("close", options, ["flush"]);
    this.#isClosed = true;
    if (options.flush === false) this.outbox.discard();
    this.ring.notEmpty.openAll();
  }

  /**
   * Ends the queue for all threads and processes: puts throw a `QueueShutDownError`. Gets return the values that were
   * put before, also those that a producer keeps, and then throw that error too; loops over the queue end.
   *
   * Idempotent. `{ immediate: true }` drops the values: gets throw at once.
   */
  shutdown(options: QueueShutdownOptions = {}): void {
    checkOptionKeys("shutdown", options, ["immediate"]);
    this.refuseClosed("shut down");
    this.ring.shut(options.immediate === true ? 2 : 1);
    if (options.immediate !== true) return;
    this.outbox.flush();
    this.dropped(this.#records.dropAll());
  }

  /** Resolves when other threads can get everything that was put here. */
  flushed(): Promise<void> {
    return this.outbox.flushed();
  }

  /** Gets values as they arrive, until the queue is closed here, or was shut down and has no value left. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    while (!this.#isClosed) {
      let value: T;
      try {
        value = await this.get();
      } catch (error) {
        if (error instanceof QueueShutDownError) return;
        if (!this.#isClosed || !(error instanceof ClosedError)) throw error;
        continue;
      }
      yield value;
    }
  }

  /** Closes the queue here, and waits until other threads can get everything that was put. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.flushed();
  }

  /** @throws {ClosedError} when it was closed here. */
  protected refuseClosed(verb: string): void {
    if (this.#isClosed) {
      throw new ClosedError(
        `Cannot ${verb} the ${this.constructor.name}: it was closed here, close it after its last use`,
      );
    }
  }

  /** Called after `shutdown()` has dropped values. Default: does nothing. */
  protected dropped(_count: number): void {}

  /** Called when this thread keeps no values any more. Default: does nothing. */
  protected backlogEnded(): void {}

  /** Whether a thread keeps values that the shared memory had no space for. */
  protected get hasBacklog(): boolean {
    return this.#backlog.hasLivingThread();
  }

  #take(): ValueRecord | undefined {
    const taken = this.ring.state === 2 ? undefined : this.#records.tryTake();
    if (taken === undefined && this.#backlog.hasEnded(this.#records)) {
      throw new QueueShutDownError(
        `Cannot get from the ${this.constructor.name}: it was shut down and has no value left, end the loop that gets`,
      );
    }
    if (observer !== undefined && taken !== undefined) {
      observer.got(this[labelKey], this.ring.found.position, taken.length);
    }
    return taken;
  }

  get #waitSubject(): WaitSubject {
    const subject = this[labelKey];
    const threads = () => this.location.segment.participants();
    return {
      kind: "queue",
      subject,
      enders: { threads, object: () => `a value of ${subject.name}`, act: "could put" },
    };
  }

  get #count(): number {
    return this.#records.count + this.outbox.size;
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
