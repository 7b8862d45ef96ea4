import type { MemoryReach } from "../base/shareable.ts";
import { NotLoadedError } from "../callable/load/unpack-loaded-value.ts";
import { guaranteedBytes, Ring, type RingSize } from "../memory/ring.ts";
import type { Segment } from "../memory/segment.ts";
import { removeSpillFile, takeSpillFile, writeSpillFile } from "../memory/spill-file.ts";
import { bytesTag, keepsBytes, readRecord, type ValueRecord, writeRecord } from "./value-record.ts";

/** Set in a tag when the record is the path of a file that holds the bytes. */
const inFile = 8;
const leastScratchBytes = 64 * 1024;
const longestInline = 512 * 1024;
/** How often {@link RecordRing.dropAll} waits for the readers' mutex, which takes at most 20 ms. */
const dropTries = 50;

// One buffer for all rings of a thread: a plain record is copied into it, and is read before the next one.
let scratch = Buffer.alloc(0);

/** A ring of values and bytes of any length: a record that is too long for the ring is stored in a file. */
export class RecordRing {
  readonly ring: Ring;
  readonly #receivers: MemoryReach;
  readonly #isLimited: boolean;
  readonly #longestInline: number;
  #returned: ValueRecord | undefined;

  constructor(segment: Segment, at: number, size: RingSize) {
    this.#receivers = segment.reach;
    this.#isLimited = size.limit !== undefined;
    // Several of the longest records fit at the same time, so that a writer and a reader can run in parallel.
    this.#longestInline = Math.min(longestInline, size.bytes / 4);
    this.ring = new Ring(segment, at, size);
  }

  /**
   * Serializes a value for {@link tryWrite}. The record is valid until the next call; bytes are referenced, not
   * copied.
   *
   * @throws {CloneError} or {NotShareableError} when the value cannot be sent.
   */
  pack(value: unknown): ValueRecord {
    return this.#moveToFileIfLong(writeRecord(value, "value", this.#receivers));
  }

  /** Makes a record of bytes for {@link tryWrite}. The bytes are referenced, not copied. */
  packBytes(bytes: Uint8Array): ValueRecord {
    return this.#moveToFileIfLong({ tag: bytesTag, bytes, length: bytes.length });
  }

  /**
   * Writes a record if there is room.
   *
   * @param mayUseFile whether to store the bytes in a file when the ring has a free entry but not enough bytes.
   *   Default: true.
   */
  tryWrite(record: ValueRecord, mayUseFile = true): boolean {
    if (this.ring.tryWrite(record.tag, record.bytes, record.length)) return true;
    if (!mayUseFile || !this.#isLimited || this.ring.isFull || record.length <= guaranteedBytes) return false;
    const short = moveToFile(record);
    if (this.ring.tryWrite(short.tag, short.bytes)) return true;
    removeSpillFile(pathOf(short.bytes));
    return false;
  }

  /** Writes a record that was accepted before the ring was shut, if there is room. */
  tryWriteAccepted(record: ValueRecord): boolean {
    return this.ring.tryWrite(record.tag, record.bytes, record.length, true);
  }

  /** Drops all records, with their files. Returns how many. */
  dropAll(): number {
    let dropped = this.#returned === undefined ? 0 : 1;
    this.#returned = undefined;
    // A reader that is stopped may hold the mutex: its ring keeps the rest, which no reader takes.
    for (let tries = 0; tries < dropTries && this.ring.count > 0; ) {
      if (!this.ring.beginRead()) {
        tries++;
        continue;
      }
      const { tag, start, length } = this.ring.found;
      const path = (tag & inFile) === 0 ? undefined : pathOf(this.ring.memory.slice(start, start + length));
      this.ring.endRead();
      dropped++;
      if (path !== undefined) removeSpillFile(path);
    }
    return dropped;
  }

  /**
   * Takes the next record; `undefined` when there is none. The bytes of a plain record are valid until the next call,
   * and unrelated bytes may follow them.
   */
  tryTake(): ValueRecord | undefined {
    const returned = this.#returned;
    if (returned !== undefined) {
      this.#returned = undefined;
      return returned;
    }
    if (!this.ring.beginRead()) return undefined;
    const { tag, start, length } = this.ring.found;
    const bytes = keepsBytes(tag) ? freshBytes(length) : scratchBytes(length);
    copyBytes(this.ring.memory, start, length, bytes);
    this.ring.endRead();
    if ((tag & inFile) === 0) return { tag, bytes, length };
    const all = takeSpillFile(pathOf(bytes));
    return { tag: tag & ~inFile, bytes: all, length: all.length };
  }

  /** Returns a record to the ring: the next {@link tryTake} in this thread gives it again. */
  putBack(record: ValueRecord): void {
    this.#returned = record;
  }

  /** The number of records that {@link tryTake} can give. */
  get count(): number {
    return this.ring.count + (this.#returned === undefined ? 0 : 1);
  }

  #moveToFileIfLong(record: ValueRecord): ValueRecord {
    return record.length <= this.#longestInline ? record : moveToFile(record);
  }
}

/**
 * Reads the value of a record that was taken.
 *
 * @throws {NotLoadedError} when it needs modules that must be imported first. The ring has the record again then.
 */
export function readTaken(ring: RecordRing, record: ValueRecord): unknown {
  try {
    return readRecord(record);
  } catch (error) {
    if (error instanceof NotLoadedError) ring.putBack(record);
    throw error;
  }
}

/** Copies a record with its bytes, so that it can be written later. */
export function copyRecord(record: ValueRecord): ValueRecord {
  return { ...record, bytes: Uint8Array.prototype.slice.call(record.bytes, 0, record.length) };
}

/** Releases the file and the reservations of a record that is not going to be written. */
export function discardRecord({ tag, bytes, rollback }: ValueRecord): void {
  if ((tag & inFile) !== 0) removeSpillFile(pathOf(bytes));
  rollback?.();
}

// Stores the bytes in a file and returns a record of its path, which needs little room in a ring.
function moveToFile(record: ValueRecord): ValueRecord {
  if ((record.tag & inFile) !== 0) return record;
  const bytes = Buffer.from(writeSpillFile(record.bytes.subarray(0, record.length)));
  return { ...record, tag: record.tag | inFile, bytes, length: bytes.length };
}

// Not filled with zeros: every byte is overwritten.
function freshBytes(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

function scratchBytes(length: number): Buffer {
  if (scratch.length < length) scratch = Buffer.allocUnsafeSlow(Math.max(length, leastScratchBytes));
  return scratch;
}

function pathOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

// For a few bytes, a loop is faster than `set()`.
function copyBytes(memory: Uint8Array, start: number, length: number, to: Uint8Array): void {
  if (length > 64) to.set(memory.subarray(start, start + length));
  else for (let i = 0; i < length; i++) to[i] = memory[start + i] as number;
}
