import type { WaitOptions } from "../base/deadline.ts";
import { flushBeforeEnd, isThreadEnding } from "../base/flush.ts";
import { GateWaiters } from "../connection/gate-waiters.ts";
import { copyRecord, discardRecord, type RecordRing } from "../connection/record-ring.ts";
import type { ValueRecord } from "../connection/value-record.ts";
import { type ForkResettable, resetInForkedChild } from "../memory/fork-reset.ts";
import { addIdleHook } from "../memory/idle-hooks.ts";
import { guaranteedBytes } from "../memory/ring.ts";

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
  flushSync() {
    for (const outbox of unflushed) outbox.flushSync();
  },
});

// A thread that blocks at one queue may hold back records of another queue that the other side waits for.
addIdleHook(() => {
  let isEmpty = true;
  for (const outbox of unflushed) {
    outbox.flush();
    if (outbox.size > 0) isEmpty = false;
  }
  return isEmpty;
});

/**
 * Writes the records of one thread into a ring, in the order in which the thread puts them.
 *
 * In a queue without a limit, a put never waits: the outbox keeps records while the ring has no space. In a queue with
 * a limit, a put waits for space.
 */
export class Outbox implements ForkResettable {
  readonly #records: RecordRing;
  readonly #isLimited: boolean;
  #pending: ValueRecord[] = [];
  /** How many of the first pending records are written. */
  #written = 0;
  readonly #waiters: GateWaiters;
  #flushing: Promise<void> | undefined;

  constructor(records: RecordRing, isLimited: boolean) {
    this.#records = records;
    this.#isLimited = isLimited;
    this.#waiters = new GateWaiters(records.ring.notFull);
  }

  /** The number of records that the outbox keeps. */
  get size(): number {
    return this.#pending.length - this.#written;
  }

  /** Puts a record. Returns whether there was space before time ran out. */
  async put(record: ValueRecord, options: WaitOptions): Promise<boolean> {
    if (this.tryPut(record, false)) return true;
    const copy = copyRecord(record);
    let isPut = false;
    try {
      isPut = await this.#waiters.wait(() => this.#records.tryWrite(copy), options);
    } finally {
      if (!isPut) discardRecord(copy);
    }
    return isPut;
  }

  /** Puts a record, blocking this thread while there is no space. Returns whether there was before time ran out. */
  putSync(record: ValueRecord, timeoutMs: number): boolean {
    if (!this.#isLimited) return this.tryPut(record);
    let isPut = false;
    try {
      isPut = this.#waitForSpace(record, timeoutMs);
    } finally {
      if (!isPut) discardRecord(record);
    }
    return isPut;
  }

  #waitForSpace(record: ValueRecord, timeoutMs: number): boolean {
    const { notFull } = this.#records.ring;
    let leftMs = timeoutMs;
    let spinFirst = true;
    if (record.length > guaranteedBytes) {
      const inline = () => this.#records.tryWrite(record, false);
      if (notFull.waitSync(inline, Math.min(leftMs, inlineWaitMs), { spinFirst })) return true;
      leftMs = Math.max(0, leftMs - inlineWaitMs);
      spinFirst = false;
    }
    return notFull.waitSync(() => this.#records.tryWrite(record), leftMs, { spinFirst });
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
      return true;
    }
    if (this.#waiters.isEmpty && this.#records.tryWrite(record)) return true;
    if (isLast) discardRecord(record);
    return false;
  }

  /** Writes as many of the kept records as the ring has space for. */
  flush(): void {
    if (this.#pending.length === 0) return;
    while (this.size > 0 && this.#records.tryWrite(this.#pending[this.#written] as ValueRecord)) this.#written++;
    if (this.#written < 1024 && this.size > 0) return;
    this.#pending = this.#pending.slice(this.#written);
    this.#written = 0;
  }

  /** Resolves when no record is kept. */
  flushed(): Promise<void> {
    return this.#flushing ?? Promise.resolve();
  }

  /** Blocks this thread until no record is kept. */
  flushSync(): void {
    this.#records.ring.notFull.waitSync(this.#isDrained, Number.POSITIVE_INFINITY);
  }

  readonly #isDrained = () => {
    this.flush();
    return this.size === 0;
  };

  resetInChild(): void {
    this.#pending = [];
    this.#written = 0;
    this.#flushing = undefined;
    unflushed.delete(this);
  }

  #keep(record: ValueRecord): void {
    this.#pending.push(copyRecord(record));
    if (isThreadEnding()) this.flushSync();
    this.#flushing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    unflushed.add(this);
    resetInForkedChild.add(this);
    // Repeats when a record was put between the end of the wait and the continuation of this function.
    do await this.#records.ring.notFull.wait(this.#isDrained, {}, false);
    while (this.size > 0);
    this.#flushing = undefined;
    unflushed.delete(this);
    resetInForkedChild.delete(this);
  }
}
