import { Gate } from "./gate.ts";
import { Mutex } from "./mutex.ts";
import type { Segment } from "./segment.ts";
import { openLater } from "./wait/delayed-wake-ups.ts";

// Words that writers change and words that readers change are in separate cache lines, 16 words each.
const writeMutexWord = 0;
const tailWord = 2;
const shutWord = 3;
const hurryWord = 4;
const readMutexWord = 16;
const headWord = 18;
const fillGateWord = 32;
const roomGateWord = 48;
const entriesWord = 64;

const tagShift = 28;
const lengthMask = (1 << tagShift) - 1;

/** The longest wait for a mutex of the ring. A holder needs microseconds, unless its thread is stopped. */
const mutexTimeoutMs = 20;

/** How often shut() waits for the mutex. A holder that is stopped for longer does not keep a ring open. */
const shutTries = 50;

/** A reader is fast when less time passes between two records that it removes. */
const fastMs = 0.1;

/** Whether a ring accepts records: 0 yes; 1 it was shut; 2 it was shut, and its records are to be dropped. */
export type RingState = 0 | 1 | 2;

/** The size of a ring. */
export interface RingSize {
  /** The number of record entries, a power of two. */
  readonly records: number;
  /** The number of bytes for all records together, a power of two < 2²⁸. */
  readonly bytes: number;
  /**
   * The largest number of records; each of so many may have {@link guaranteedBytes}. Default: no limit but the size.
   */
  readonly limit?: number;
}

/** A record of up to this length always fits in a ring that is below its limit. */
export const guaranteedBytes = 128;

/**
 * A queue of byte records in shared memory, for any number of writers and readers.
 *
 * One mutex excludes writers from each other, another one readers. One store to the tail publishes a record, and one
 * store to the head removes it. A writer that is killed before its store wrote nothing; a reader that is killed before
 * it took nothing.
 *
 * Shape: in words,
 *    0  the writers' `Mutex`
 *    2  tail: the number of records ever written, modulo 2³²
 *    3  its {@link RingState}
 *    4  1 when a writer is to be woken at the next removal, see {@link Ring.hurry}
 *   16  the readers' `Mutex`
 *   18  head: the number of records ever read
 *   32  a `Gate`: there may be a record to read
 *   48  a `Gate`: there may be space to write
 *   64  an entry of two words for each record: its offset, counted modulo 2³² without wrapping at the end of the
 *       bytes; its length in bits 0–27 and its tag in bits 28–31
 * then the bytes. A record is contiguous: one that does not fit before the end of the bytes starts at their beginning.
 */
export class Ring {
  /** Readers wait here for a record. */
  readonly notEmpty: Gate;
  /** Writers wait here for space. */
  readonly notFull: Gate;
  /** The bytes of the records. */
  readonly memory: Uint8Array;
  /**
   * The record that {@link beginRead} found: its tag, its offset in {@link memory}, its length, and how many records
   * were ever read before it, modulo 2³².
   */
  readonly found = { tag: 0, start: 0, length: 0, position: 0 };
  /** How many records were ever written before the one that this thread wrote last, modulo 2³². */
  lastWritten = 0;
  readonly #segment: Segment;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #size: RingSize;
  readonly #writers: Mutex;
  readonly #readers: Mutex;
  /** When this thread last removed a record while writers waited, by `performance.now()`. */
  #removedAt = Number.NEGATIVE_INFINITY;
  /** How many of its removals delayed a wake-up since it last woke a writer. */
  #delayed = 0;

  /** Whether it has as many records as its limit allows. */
  get isFull(): boolean {
    return this.count >= (this.#size.limit ?? this.#size.records);
  }

  /** The size of a ring in bytes. */
  static byteLength({ records, bytes }: RingSize): number {
    return (entriesWord + records * 2 + Math.ceil(bytes / 4)) * 4;
  }

  /** Reserves only the words before the entries; `tryWrite()` reserves the rest as it writes. */
  constructor(segment: Segment, at: number, size: RingSize) {
    segment.reserve(at * 4, entriesWord * 4);
    this.#segment = segment;
    this.#words = segment.words;
    this.#at = at;
    this.#size = size;
    const start = (at + entriesWord + size.records * 2) * 4;
    this.memory = segment.bytes.subarray(start, start + size.bytes);
    this.#writers = new Mutex(segment, at + writeMutexWord);
    this.#readers = new Mutex(segment, at + readMutexWord);
    this.notEmpty = new Gate(segment, at + fillGateWord, () => this.count > 0 || this.state !== 0);
    this.notFull = new Gate(segment, at + roomGateWord, () => this.#hasRoom() || this.state !== 0);
  }

  /** The number of records ever written, modulo 2³². */
  get written(): number {
    return Atomics.load(this.#words, this.#at + tailWord);
  }

  /** The number of records that can be read now. */
  get count(): number {
    // Reads the head first: it never passes the tail, so the difference is never negative.
    const head = Atomics.load(this.#words, this.#at + headWord);
    return (this.written - head) | 0;
  }

  /** Whether it accepts records. */
  get state(): RingState {
    return Atomics.load(this.#words, this.#at + shutWord) as RingState;
  }

  /**
   * Writes a record if there is space for it and the ring was not shut. Returns whether it did.
   *
   * @param tag 0…15.
   * @param length the record is the first `length` bytes. Default: all.
   * @param isAccepted whether the record may be written to a ring that was shut. Default: false.
   * @throws {RangeError} when the ring is empty and there is no memory for the record.
   */
  tryWrite(tag: number, bytes: Uint8Array, length = bytes.length, isAccepted = false): boolean {
    // Many writers may wait for space: they do not take the mutex from those that write and read.
    if ((this.notFull.hasWaiters && this.isFull) || !this.#writers.enterSync(mutexTimeoutMs)) return false;
    try {
      // Read under the mutex under which shut() changes it.
      if (this.#words[this.#at + shutWord] !== 0 && !isAccepted) return false;
      if (!this.#write(tag, bytes, length)) return false;
    } finally {
      this.#release(this.#writers);
    }
    this.notEmpty.open();
    return true;
  }

  /**
   * Finds the next record. When there is one, {@link found} describes it, and {@link endRead} must follow.
   *
   * @returns whether there is a record.
   */
  beginRead(): boolean {
    if (this.count === 0 || !this.#readers.enterSync(mutexTimeoutMs)) return false;
    const head = Atomics.load(this.#words, this.#at + headWord);
    if (head === this.written) {
      this.#release(this.#readers);
      return false;
    }
    const entry = this.#entry(head);
    const kind = this.#words[entry + 1] as number;
    this.found.tag = kind >>> tagShift;
    this.found.start = (this.#words[entry] as number) & (this.#size.bytes - 1);
    this.found.length = kind & lengthMask;
    this.found.position = head;
    return true;
  }

  /** Removes the record that was found, and releases the mutex of readers. */
  endRead(): void {
    const head = Atomics.load(this.#words, this.#at + headWord);
    Atomics.store(this.#words, this.#at + headWord, (head + 1) | 0);
    // After the store: a writer that began to wait before it is seen here. Before the release: no other reader moves
    // the head, so the next entry is valid.
    const hasWriters = this.notFull.hasWaiters;
    const isHurried = hasWriters && Atomics.load(this.#words, this.#at + hurryWord) === 1;
    const wakesWriters = hasWriters && !isHurried;
    const isHalfFree = wakesWriters && this.#isHalfFreeAfter(head);
    this.#release(this.#readers);
    if (wakesWriters) this.#wakeWriter(isHalfFree);
    // All of them: the writer that hurries need not be the first. It asks again when it has not finished.
    if (isHurried && Atomics.exchange(this.#words, this.#at + hurryWord, 0) === 1) this.notFull.openAll();
    // The readers that wait for a record of a ring that was shut find that there are none left.
    if (this.state !== 0 && this.count === 0) this.notEmpty.openAll();
  }

  /**
   * Makes the next removal of a record wake the writers. For a writer without a limit that waits for its last record to
   * be written, since otherwise it is woken when half of the ring is free. Call it before an attempt to write: the
   * attempt sees a removal before the call.
   */
  hurry(): void {
    Atomics.store(this.#words, this.#at + hurryWord, 1);
  }

  /**
   * Refuses records from now on, except those that a writer accepted before, and wakes all waiters. Holds the writers'
   * mutex, so that no writer is between its check and its store: a reader that finds the ring shut and empty can rely
   * on it.
   */
  shut(state: RingState): void {
    let isHeld = false;
    for (let tries = 0; tries < shutTries && !isHeld; tries++) isHeld = this.#writers.enterSync(mutexTimeoutMs);
    if (this.state < state) Atomics.store(this.#words, this.#at + shutWord, state);
    if (isHeld) this.#release(this.#writers);
    this.notEmpty.openAll();
    this.notFull.openAll();
  }

  // Writers are woken when half of the ring is free: otherwise writer and reader would take turns and sleep in between.
  // In a ring with a limit, each record that is removed lets one waiting writer continue. A reader that removes one
  // record after the other delays the wake-up, but never for more than half of the ring: one writer that is fast
  // enough could keep the ring full, while others wait.
  #wakeWriter(isHalfFree: boolean): void {
    const { limit } = this.#size;
    if (limit === undefined) {
      if (isHalfFree) this.notFull.open();
      return;
    }
    const now = performance.now();
    const isFast = now - this.#removedAt < fastMs;
    this.#removedAt = now;
    if (isHalfFree || !isFast || ++this.#delayed >= limit / 2) {
      this.#delayed = 0;
      this.notFull.open();
    } else openLater(this.notFull);
  }

  #isHalfFreeAfter(head: number): boolean {
    const count = (this.written - head) | 0;
    if (this.#size.limit !== undefined) return count - 1 <= this.#size.limit / 2;
    if (count <= 1) return true;
    const next = this.#words[this.#entry((head + 1) | 0)] as number;
    return ((this.#end() - next) | 0) <= this.#size.bytes / 2 && count <= this.#size.records / 2;
  }

  // Whether one more writer may succeed. In a ring without a limit that is when it would also have been woken.
  #hasRoom(): boolean {
    const { count } = this;
    const { limit, records, bytes } = this.#size;
    if (limit !== undefined || count === 0) return count < (limit ?? records);
    const head = Atomics.load(this.#words, this.#at + headWord);
    const oldest = this.#words[this.#entry(head)] as number;
    return count <= records / 2 && ((this.#end() - oldest) | 0) <= bytes / 2;
  }

  #write(tag: number, bytes: Uint8Array, length: number): boolean {
    const { records, bytes: capacity, limit = records } = this.#size;
    const tail = this.written;
    const head = Atomics.load(this.#words, this.#at + headWord);
    const count = (tail - head) | 0;
    if (count >= limit) return false;
    const keepFree = this.#size.limit === undefined ? 0 : (limit - count - 1) * guaranteedBytes;
    // An empty ring starts at the beginning: so a ring that never holds much uses little memory, which stays in the
    // cache.
    const free = count === 0 ? 0 : this.#end();
    const offset = free & (capacity - 1);
    const start = offset + length <= capacity ? free : (free + capacity - offset) | 0;
    const oldest = count === 0 ? start : (this.#words[this.#entry(head)] as number);
    if (((start + length - oldest) | 0) > capacity - keepFree) return false;
    const entry = this.#entry(tail);
    const at = start & (capacity - 1);
    try {
      this.#segment.reserve(entry * 4, 8);
      this.#segment.reserve(this.memory.byteOffset - this.#segment.bytes.byteOffset + at, length);
    } catch (error) {
      // There will be space in memory that is reserved, once its records are read.
      if (count > 0) return false;
      throw error;
    }
    copy(bytes, length, this.memory, at);
    this.#words[entry] = start;
    this.#words[entry + 1] = length | (tag << tagShift);
    this.lastWritten = tail;
    Atomics.store(this.#words, this.#at + tailWord, (tail + 1) | 0);
    return true;
  }

  // The offset of the end of the last record.
  #end(): number {
    const last = this.#entry((this.written - 1) | 0);
    return ((this.#words[last] as number) + ((this.#words[last + 1] as number) & lengthMask)) | 0;
  }

  // A holder that was killed published nothing that is incomplete.
  #release(mutex: Mutex): void {
    if (mutex.isAbandoned) mutex.repair();
    mutex.release();
  }

  #entry(index: number): number {
    return this.#at + entriesWord + (index & (this.#size.records - 1)) * 2;
  }
}

/** Copies bytes. For up to 64 bytes a loop is faster than `set()`. */
function copy(from: Uint8Array, length: number, to: Uint8Array, at: number): void {
  if (length > 64) to.set(length === from.length ? from : from.subarray(0, length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[i] as number;
}
