import { Gate } from "./gate.ts";
import { Mutex } from "./mutex.ts";
import type { Segment } from "./segment.ts";

// What writers change and what readers change stand in cache lines of their own, 16 words each.
const writeMutexWord = 0;
const tailWord = 2;
const readMutexWord = 16;
const headWord = 18;
const fillGateWord = 32;
const roomGateWord = 48;
const entriesWord = 64;

const tagShift = 28;
const lengthMask = (1 << tagShift) - 1;

const fewRecords = 64;

/** Longest that a look may wait for another who is in the midst of one; it is microseconds, unless that one is stopped. */
const patienceMs = 20;

/** How large a ring is. */
export interface RingSize {
  /** How many records there are places for, a power of two. */
  readonly records: number;
  /** How many bytes they have together at most, a power of two < 2²⁸. */
  readonly bytes: number;
  /** How many records there may be; room for so many of {@link reservedBytes} is kept. Default: as long as there is room. */
  readonly limit?: number;
}

/** How long a record may be that always has room in a ring with a limit, until that is reached. */
export const reservedBytes = 128;

/**
 * A queue of byte records in shared memory, for any number of writers and readers.
 *
 * Writers exclude one another by one mutex, readers by another. A record appears by the one store that moves the tail, and
 * goes by the one that moves the head: a writer killed before it wrote nothing, a reader killed before it took nothing.
 *
 * Shape: in words,
 *    0  the writers' `Mutex`
 *    2  tail: how many records were ever written, modulo 2³²
 *   16  the readers' `Mutex`
 *   18  head: how many were ever read
 *   32  a `Gate`: something may be there to read
 *   48  a `Gate`: there may be room to write
 *   64  two words for each record: where it begins, counted modulo 2³² as if the bytes never began anew; and its length in
 *       bits 0–27, its tag in bits 28–31
 * then the bytes. A record is in one piece: what does not fit before the end begins at the beginning.
 */
export class Ring {
  /** Where one waits for a record. */
  readonly filled: Gate;
  /** Where one waits for room. */
  readonly freed: Gate;
  /** Where records stand. */
  readonly memory: Uint8Array;
  /** The record that {@link beginRead} found: what it was marked with, where in {@link memory} it begins, how long it is. */
  readonly found = { tag: 0, start: 0, length: 0 };
  readonly #segment: Segment;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #size: RingSize;
  readonly #writers: Mutex;
  readonly #readers: Mutex;

  /** Whether it has as many records as there may be. */
  get isFull(): boolean {
    return this.count >= (this.#size.limit ?? this.#size.records);
  }

  /** How many bytes of memory a ring takes. */
  static byteLength({ records, bytes }: RingSize): number {
    return (entriesWord + records * 2 + Math.ceil(bytes / 4)) * 4;
  }

  /** Of the memory only what stands before the records is reserved here; the rest is when it is written. */
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
    this.filled = new Gate(segment, at + fillGateWord);
    this.freed = new Gate(segment, at + roomGateWord);
  }

  /** How many records were ever written, modulo 2³². */
  get written(): number {
    return Atomics.load(this.#words, this.#at + tailWord);
  }

  /** How many records can be read at this moment. */
  get count(): number {
    // The head first: it never passes the tail, so that the difference is never below zero.
    const head = Atomics.load(this.#words, this.#at + headWord);
    return (this.written - head) | 0;
  }

  /**
   * Writes a record if there is room for it.
   *
   * @param tag 0…15.
   * @param length how many of the bytes are the record. Default: all.
   * @throws {RangeError} when there is no memory for it, though the ring is empty.
   */
  tryWrite(tag: number, bytes: Uint8Array, length = bytes.length): boolean {
    if (!this.#writers.enterSync(patienceMs)) return false;
    try {
      if (!this.#put(tag, bytes, length)) return false;
    } finally {
      this.#letGo(this.#writers);
    }
    this.filled.open();
    return true;
  }

  /**
   * Finds the next record. When there is one, {@link found} tells where it stands, and {@link endRead} must follow.
   *
   * @returns whether there is one.
   */
  beginRead(): boolean {
    if (this.count === 0 || !this.#readers.enterSync(patienceMs)) return false;
    const head = Atomics.load(this.#words, this.#at + headWord);
    if (head === this.written) {
      this.#letGo(this.#readers);
      return false;
    }
    const entry = this.#entry(head);
    const kind = this.#words[entry + 1] as number;
    this.found.tag = kind >>> tagShift;
    this.found.start = (this.#words[entry] as number) & (this.#size.bytes - 1);
    this.found.length = kind & lengthMask;
    return true;
  }

  /** Takes the record that was found, and lets others read. */
  endRead(): void {
    const head = Atomics.load(this.#words, this.#at + headWord);
    const isRoomy = this.freed.isAwaited && this.#isRoomyAfter(head);
    Atomics.store(this.#words, this.#at + headWord, (head + 1) | 0);
    this.#letGo(this.#readers);
    if (isRoomy) this.freed.open();
  }

  // Writers who wait are woken when half is free, not for each record: writer and reader would take turns, and sleep in
  // between. Who waits for a place among a few is woken for each.
  #isRoomyAfter(head: number): boolean {
    const count = (this.written - head) | 0;
    const { limit = this.#size.records } = this.#size;
    if (count >= limit && limit <= fewRecords) return true;
    if (count <= 1) return true;
    const next = this.#words[this.#entry((head + 1) | 0)] as number;
    return ((this.#end() - next) | 0) <= this.#size.bytes / 2 && count <= limit / 2;
  }

  #put(tag: number, bytes: Uint8Array, length: number): boolean {
    const { records, bytes: capacity, limit = records } = this.#size;
    const tail = this.written;
    const head = Atomics.load(this.#words, this.#at + headWord);
    const count = (tail - head) | 0;
    if (count >= limit) return false;
    const keepFree = this.#size.limit === undefined ? 0 : (limit - count - 1) * reservedBytes;
    // From the beginning when it is empty: a ring that is never long uses little memory, which stays in the cache.
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
      // There will be room in what has its memory, when that was read.
      if (count > 0) return false;
      throw error;
    }
    copy(bytes, length, this.memory, at);
    this.#words[entry] = start;
    this.#words[entry + 1] = length | (tag << tagShift);
    Atomics.store(this.#words, this.#at + tailWord, (tail + 1) | 0);
    return true;
  }

  // Where the last record ends, counted as their beginnings are.
  #end(): number {
    const last = this.#entry((this.written - 1) | 0);
    return ((this.#words[last] as number) + ((this.#words[last + 1] as number) & lengthMask)) | 0;
  }

  // Whoever died left nothing half done that anyone could see.
  #letGo(mutex: Mutex): void {
    if (mutex.isAbandoned) mutex.repair();
    mutex.release();
  }

  #entry(index: number): number {
    return this.#at + entriesWord + (index & (this.#size.records - 1)) * 2;
  }
}

/** Copies bytes; a few of them faster than the built-in does. */
function copy(from: Uint8Array, length: number, to: Uint8Array, at: number): void {
  if (length > 64) to.set(length === from.length ? from : from.subarray(0, length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[i] as number;
}
