import type { WaitOptions } from "../base/deadline.ts";
import { ClosedError, QueueShutDownError } from "../base/errors.ts";
import { flushBeforeEnd, isThreadEnding } from "../base/flush.ts";
import { type ObservedWait, observer, type Subject } from "../base/observer.ts";
import { GateWaiters } from "../connection/gate-waiters.ts";
import { copyRecord, discardRecord, type RecordRing } from "../connection/record-ring.ts";
import type { ValueRecord } from "../connection/value-record.ts";
import { type ForkResettable, resetInForkedChild } from "../memory/fork-reset.ts";
import { guaranteedBytes } from "../memory/ring.ts";
import { addIdleHook } from "../memory/wait/idle-hooks.ts";
import { onForkInChild } from "../posix/fork/fork-hooks.ts";
import type { BacklogTable } from "./backlog-table.ts";

/**
 * How long a blocked put waits for space in the ring before it uses a file. An active reader frees space much sooner.
 */
const inlineWaitMs = 2;

const unflushed = new Set<Outbox>();

/** Resolves when other threads can get everything that this thread has put on queues. */
export async function flushQueues(): Promise<void> {
  await Promise.all([...unflushed].map((outbox) => outbox.flushed()));
}

flushBeforeEnd({
  flushed: flushQueues,
  flushSync(waitMs) {
    for (const outbox of unflushed) outbox.flushSync(waitMs);
    return unflushed.size === 0;
  },
  describe: () => [...unflushed].map((outbox) => outbox.describe()).join(", "),
});

/** Prints that values are lost, when the program ends by `process.exit()` with values that it still keeps. */
function reportDropped(): void {
  for (const outbox of unflushed) {
    outbox.flush();
    if (outbox.size === 0) continue;
    process.stderr.write(
      `process.exit() dropped ${outbox.describe()} that waited for space: call flushed() on the queue before it, or ` +
        "close({ flush: false }) to drop them\n",
    );
  }
}

let reportsDropped = false;

// A forked child has no exit handlers of its parent.
onForkInChild(() => {
  reportsDropped = false;
});

// While a thread blocks on one queue, another process may wait for records of a different queue in its outbox.
addIdleHook(() => {
  let isEmpty = true;
  for (const outbox of unflushed) {
    outbox.flush();
    if (outbox.size > 0) isEmpty = false;
  }
  return isEmpty;
});

/** What an outbox calls at its queue. */
export interface OutboxQueue {
  /** Called when this thread keeps no values any more. */
  backlogEnded(): void;
  /** The threads that share the queue, as of `Segment.participants`. */
  participants(): readonly string[];
}

/**
 * Writes the records of one thread into a ring, in the order in which the thread puts them.
 *
 * In a queue without a limit, a put never waits: the outbox keeps records while the ring has no space. In a queue with
 * a limit, a put waits for space.
 */
export class Outbox implements ForkResettable {
  readonly #records: RecordRing;
  readonly #backlog: BacklogTable;
  readonly #isLimited: boolean;
  readonly #queueName: string;
  /** The place in the backlog table that lists this thread. */
  #listedAt: number | undefined;
  #isDiscarded = false;
  #pending: ValueRecord[] = [];
  /** How many of the first pending records are written. */
  #written = 0;
  readonly #waiters: GateWaiters;
  #flushing: Promise<void> | undefined;
  /** Whether something waits until no record is kept. */
  #isAwaited = false;
  readonly #subject: Subject;
  readonly #queue: OutboxQueue;
  /** The wait of {@link flushed}, for the observer. */
  #flushWait: ObservedWait | undefined;

  /**
   * @param queueName the class of its queue, for messages.
   * @param subject its queue, for the observer.
   */
  constructor(
    records: RecordRing,
    backlog: BacklogTable,
    isLimited: boolean,
    queueName: string,
    subject: Subject,
    queue: OutboxQueue,
  ) {
    this.#records = records;
    this.#backlog = backlog;
    this.#isLimited = isLimited;
    this.#queueName = queueName;
    this.#subject = subject;
    this.#queue = queue;
    this.#waiters = new GateWaiters(records.ring.notFull);
  }

  /** The number of records that the outbox keeps. */
  get size(): number {
    return this.#pending.length - this.#written;
  }

  /** What it keeps, for messages. */
  describe(): string {
    return `${this.size} values of a ${this.#queueName}`;
  }

  /**
   * Puts a record. Returns whether there was space before time ran out.
   *
   * @throws {QueueShutDownError}, and {ClosedError} after {@link discard}; the record is discarded then.
   */
  async put(record: ValueRecord, options: WaitOptions): Promise<boolean> {
    if (this.tryPut(record, false)) return true;
    const copy = copyRecord(record);
    let isPut = false;
    const isLimited = options.timeoutMs !== undefined || options.signal !== undefined;
    const wait = this.#observe(false, isLimited);
    const attempt = () => this.#tryWrite(copy);
    try {
      isPut = await this.#waiters.wait(wait === undefined ? attempt : () => wait.tried(attempt()), options);
    } finally {
      wait?.end();
      if (!isPut) discardRecord(copy);
    }
    return isPut;
  }

  /** Puts a record, blocking this thread while there is no space. Returns whether there was before time ran out. */
  putSync(record: ValueRecord, timeoutMs: number): boolean {
    if (!this.#isLimited) return this.tryPut(record);
    let isPut = false;
    const wait = this.#observe(true, timeoutMs !== Number.POSITIVE_INFINITY);
    try {
      isPut = this.#waitForSpace(record, timeoutMs, wait);
    } finally {
      wait?.end();
      if (!isPut) discardRecord(record);
    }
    return isPut;
  }

  #waitForSpace(record: ValueRecord, timeoutMs: number, wait: ObservedWait | undefined): boolean {
    const attempt = (mayUseFile: boolean) => {
      const isWritten = this.#tryWrite(record, mayUseFile);
      return wait === undefined ? isWritten : wait.tried(isWritten);
    };
    const { notFull } = this.#records.ring;
    let leftMs = timeoutMs;
    // Never beside waiting writers: it would overtake them, and keep the ring full when they are woken.
    let spinFirst = !notFull.hasWaiters;
    if (record.length > guaranteedBytes) {
      const inline = () => attempt(false);
      if (notFull.waitSync(inline, Math.min(leftMs, inlineWaitMs), { spinFirst })) return true;
      leftMs = Math.max(0, leftMs - inlineWaitMs);
      spinFirst = false;
    }
    return notFull.waitSync(() => attempt(true), leftMs, { spinFirst });
  }

  #tryWrite(record: ValueRecord, mayUseFile = true): boolean {
    if (this.#records.tryWrite(record, mayUseFile)) return this.#wrote(record);
    this.#refuseEnded();
    return false;
  }

  #wrote({ length }: ValueRecord): true {
    observer?.put(this.#subject, this.#records.ring.lastWritten, length);
    return true;
  }

  #observe(isBlocking: boolean, isLimited: boolean): ObservedWait | undefined {
    return observer?.wait({
      kind: "queue",
      subject: this.#subject,
      isBlocking,
      isLimited,
      mustSucceed: true,
      enders: { threads: () => this.#queue.participants(), object: this.#describeRoom, act: "could read" },
    });
  }

  readonly #describeRoom = () => {
    const room = `room in ${this.#subject.name}`;
    return this.size === 0 ? room : `${room} for ${this.size} values that it keeps`;
  };

  #endFlushWait(): void {
    this.#flushWait?.end();
    this.#flushWait = undefined;
  }

  #refuseEnded(): void {
    if (this.#isDiscarded) {
      throw new ClosedError(`Cannot put on the ${this.#queueName}: it was closed while this put waited for space`);
    }
    if (this.#records.ring.state !== 0) {
      throw new QueueShutDownError(`Cannot put on the ${this.#queueName}: it was shut down, put before shutdown()`);
    }
  }

  /**
   * Puts a record if there is space. Returns whether there was.
   *
   * @param isLast whether the caller will not retry with this record, so that it is discarded. Default: true.
   */
  tryPut(record: ValueRecord, isLast = true): boolean {
    if (!this.#isLimited) {
      this.flush();
      if (this.size > 0 || !this.#records.tryWrite(record)) this.#keep(record);
      else this.#wrote(record);
      return true;
    }
    try {
      if (this.#waiters.isEmpty && this.#tryWrite(record)) return true;
      this.#refuseEnded();
    } catch (error) {
      discardRecord(record);
      throw error;
    }
    if (isLast) discardRecord(record);
    return false;
  }

  /** Writes as many of the kept records as the ring has space for. */
  flush(): void {
    if (this.#pending.length === 0) return;
    if (this.#records.ring.state === 2) {
      this.#drop();
      return;
    }
    while (this.size > 0) {
      const record = this.#pending[this.#written] as ValueRecord;
      if (!this.#records.tryWriteAccepted(record)) break;
      this.#wrote(record);
      this.#written++;
    }
    if (this.#written < 1024 && this.size > 0) return;
    this.#pending = this.#pending.slice(this.#written);
    this.#written = 0;
    if (this.#pending.length > 0) return;
    this.#leaveBacklog();
    if (this.#flushing !== undefined) this.#records.ring.notFull.retry();
  }

  /** Drops the kept records, and rejects the puts that wait for space. */
  discard(): void {
    this.#isDiscarded = true;
    this.#drop();
    this.#records.ring.notFull.openAll();
  }

  /** Resolves when no record is kept. */
  flushed(): Promise<void> {
    if (this.#flushing === undefined) return Promise.resolve();
    this.#isAwaited = true;
    this.#flushWait ??= this.#observe(false, false);
    // Asks to be woken by the next reader.
    this.#isDrained();
    return this.#flushing;
  }

  /** Blocks this thread until no record is kept, or time runs out. */
  flushSync(waitMs: number): void {
    this.#isAwaited = true;
    const wait = this.#observe(true, false);
    const attempt = wait === undefined ? this.#isDrained : () => wait.tried(this.#isDrained());
    try {
      if (this.#records.ring.notFull.waitSync(attempt, waitMs)) unflushed.delete(this);
    } finally {
      wait?.end();
    }
  }

  readonly #isDrained = () => {
    if (this.#isAwaited) this.#records.ring.hurry();
    this.flush();
    this.#flushWait?.tried(this.size === 0);
    return this.size === 0;
  };

  resetInChild(): void {
    this.#pending = [];
    this.#written = 0;
    this.#flushing = undefined;
    this.#isAwaited = false;
    this.#flushWait = undefined;
    // The entry in the table is the parent's.
    this.#listedAt = undefined;
    unflushed.delete(this);
  }

  // Lists this thread before the check: a consumer that finds the queue shut down then waits for the record.
  #keep(record: ValueRecord): void {
    this.#listedAt ??= this.#backlog.enter();
    try {
      this.#refuseEnded();
    } catch (error) {
      discardRecord(record);
      if (this.size === 0) this.#leaveBacklog();
      throw error;
    }
    this.#pending.push(copyRecord(record));
    if (isThreadEnding()) this.flushSync(Number.POSITIVE_INFINITY);
    this.#flushing ??= this.#drain();
  }

  #drop(): void {
    for (const record of this.#pending.splice(0).slice(this.#written)) discardRecord(record);
    this.#written = 0;
    this.#leaveBacklog();
  }

  #leaveBacklog(): void {
    if (this.#listedAt !== undefined) {
      this.#backlog.leave(this.#listedAt);
      this.#listedAt = undefined;
      if (this.#records.ring.state !== 0) this.#records.ring.notEmpty.openAll();
    }
    this.#queue.backlogEnded();
  }

  async #drain(): Promise<void> {
    unflushed.add(this);
    // After the first value: children register the handler that sends everything when they start, so it runs earlier.
    if (!reportsDropped) process.on("exit", reportDropped);
    reportsDropped = true;
    resetInForkedChild.add(this);
    // Repeats when a record was put between the end of the wait and the continuation of this function.
    do await this.#records.ring.notFull.wait(this.#isDrained, {}, false);
    while (this.size > 0);
    this.#flushing = undefined;
    this.#isAwaited = false;
    this.#endFlushWait();
    unflushed.delete(this);
    resetInForkedChild.delete(this);
  }
}
