import type { WaitOptions } from "../base/deadline.ts";
import { flushBeforeEnd } from "../base/flush.ts";
import type { ValueRecord } from "../codec/record.ts";
import { Line } from "../connection/line.ts";
import { discard, type RecordRing, toKept } from "../connection/record-ring.ts";
import { beforeSleep } from "../memory/chores.ts";
import { type UnderWay, underWay } from "../memory/fork-forgets.ts";

/** How long room in the ring is waited for before a record goes by a file. Who reads makes room much sooner. */
const patienceMs = 2;

const unflushed = new Set<Outbox>();

/** Resolves when everything that this thread has put on any queue is where others can get it. */
export async function flushQueues(): Promise<void> {
  await Promise.all([...unflushed].map((outbox) => outbox.flushed()));
}

flushBeforeEnd(flushQueues);

// A thread that waits for one queue may be waited for because of what it has put on another.
beforeSleep(() => {
  let isOut = true;
  for (const outbox of unflushed) {
    outbox.flush();
    if (outbox.size > 0) isOut = false;
  }
  return isOut;
});

/**
 * A thread's way into a ring: it keeps the order in which the thread puts.
 *
 * Without a limit on their number putting never waits: what has no room waits here. With one, putting waits until there
 * are fewer.
 */
export class Outbox implements UnderWay {
  readonly #records: RecordRing;
  readonly #isLimited: boolean;
  #kept: ValueRecord[] = [];
  /** How many of the first of these are written already. */
  #written = 0;
  readonly #line: Line;
  #flushing: Promise<void> | undefined;

  constructor(records: RecordRing, isLimited: boolean) {
    this.#records = records;
    this.#isLimited = isLimited;
    this.#line = new Line(records.ring.freed);
  }

  /** How many records wait here. */
  get size(): number {
    return this.#kept.length - this.#written;
  }

  /** Puts a record. Returns whether there was room before time ran out. */
  async put(record: ValueRecord, options: WaitOptions): Promise<boolean> {
    if (this.tryPut(record, false)) return true;
    const kept = toKept(record);
    let isPut = false;
    try {
      isPut = await this.#line.wait(() => this.#records.tryWrite(kept), options);
    } finally {
      if (!isPut) discard(kept);
    }
    return isPut;
  }

  /** Puts a record, blocking this thread while there is no room. Returns whether there was before time ran out. */
  putSync(record: ValueRecord, timeoutMs: number): boolean {
    if (!this.#isLimited) return this.tryPut(record);
    const { freed } = this.#records.ring;
    const inline = () => this.#records.tryWrite(record, false);
    if (freed.waitSync(inline, Math.min(timeoutMs, patienceMs), { isSoon: true })) return true;
    if (freed.waitSync(() => this.#records.tryWrite(record), Math.max(0, timeoutMs - patienceMs))) return true;
    discard(record);
    return false;
  }

  /**
   * Puts a record if there is room. Returns whether there was.
   *
   * @param isLast whether nobody is going to try again with this record. Default: true.
   */
  tryPut(record: ValueRecord, isLast = true): boolean {
    if (!this.#isLimited) {
      this.flush();
      if (this.size > 0 || !this.#records.tryWrite(record)) this.#keep(record);
      return true;
    }
    if (this.#line.isFree && this.#records.tryWrite(record)) return true;
    if (isLast) discard(record);
    return false;
  }

  /** Writes what has room by now of what waits here. */
  flush(): void {
    if (this.#kept.length === 0) return;
    while (this.size > 0 && this.#records.tryWrite(this.#kept[this.#written] as ValueRecord)) this.#written++;
    if (this.#written < 1024 && this.size > 0) return;
    this.#kept = this.#kept.slice(this.#written);
    this.#written = 0;
  }

  /** Resolves when nothing waits here any more. */
  flushed(): Promise<void> {
    return this.#flushing ?? Promise.resolve();
  }

  forget(): void {
    this.#kept = [];
    this.#written = 0;
    this.#flushing = undefined;
    unflushed.delete(this);
  }

  #keep(record: ValueRecord): void {
    this.#kept.push(toKept(record));
    this.#flushing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    unflushed.add(this);
    underWay.add(this);
    const isDrained = () => {
      this.flush();
      return this.size === 0;
    };
    // Again when more was put before this came to run.
    do await this.#records.ring.freed.wait(isDrained);
    while (this.size > 0);
    this.#flushing = undefined;
    unflushed.delete(this);
    underWay.delete(this);
  }
}
