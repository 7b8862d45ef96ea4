import { bytesTag, keepsBytes, type ValueRecord, writeRecord } from "../codec/record.ts";
import { Ring, type RingSize, reservedBytes } from "../memory/ring.ts";
import type { Segment } from "../memory/segment.ts";
import { dropSpill, spill, unspill } from "../memory/spill-file.ts";

/** Set in a tag when the record is the path of a file that holds the bytes. */
const spilled = 8;
const fewBytes = 64 * 1024;
const mostInline = 512 * 1024;

// One for all rings of a thread: a plain record is copied here, and read before the next one is.
let scratch = Buffer.alloc(0);

/** A ring of values and bytes, each of any length: what is too long for the ring goes by a file. */
export class RecordRing {
  readonly ring: Ring;
  readonly #isLimited: boolean;
  readonly #longestInline: number;

  constructor(segment: Segment, at: number, size: RingSize) {
    this.#isLimited = size.limit !== undefined;
    // A few of the longest have room at once, so that a writer and a reader work side by side.
    this.#longestInline = Math.min(mostInline, size.bytes / 4);
    this.ring = new Ring(segment, at, size);
  }

  /**
   * Makes a value ready to be written. The record is good until the next one is made; bytes are taken where they are.
   *
   * @throws {CloneError} or {NotShareableError} when it cannot be.
   */
  pack(value: unknown): ValueRecord {
    return this.#shorten(writeRecord(value, "value"));
  }

  /** Makes bytes ready to be written, where they are. */
  packBytes(bytes: Uint8Array): ValueRecord {
    return this.#shorten({ tag: bytesTag, bytes, length: bytes.length });
  }

  /**
   * Writes a record if there is room.
   *
   * @param maySpill whether it may go by a file where there are places but no bytes for it. Default: true.
   */
  tryWrite(record: ValueRecord, maySpill = true): boolean {
    if (this.ring.tryWrite(record.tag, record.bytes, record.length)) return true;
    if (!maySpill || !this.#isLimited || this.ring.isFull || record.length <= reservedBytes) return false;
    const spilled = toSpilled(record);
    if (this.ring.tryWrite(spilled.tag, spilled.bytes)) return true;
    dropSpill(pathOf(spilled.bytes));
    return false;
  }

  /**
   * Takes the next record; `undefined` when there is none. Bytes of a plain one are good until the next call only, and may
   * be followed by others.
   */
  tryTake(): ValueRecord | undefined {
    if (!this.ring.beginRead()) return undefined;
    const { tag, start, length } = this.ring.found;
    const bytes = keepsBytes(tag) ? freshBytes(length) : scratchBytes(length);
    copy(this.ring.memory, start, length, bytes);
    this.ring.endRead();
    if ((tag & spilled) === 0) return { tag, bytes, length };
    const all = unspill(pathOf(bytes));
    return { tag: tag & ~spilled, bytes: all, length: all.length };
  }

  #shorten(record: ValueRecord): ValueRecord {
    return record.length <= this.#longestInline ? record : toSpilled(record);
  }
}

/** The record with bytes of its own, to be written later. */
export function toKept(record: ValueRecord): ValueRecord {
  return { ...record, bytes: Uint8Array.prototype.slice.call(record.bytes, 0, record.length) };
}

/** Clears up after a record that is not going to be written. */
export function discard({ tag, bytes, giveUp }: ValueRecord): void {
  if ((tag & spilled) !== 0) dropSpill(pathOf(bytes));
  giveUp?.();
}

// The record as a file, which takes little room in a ring.
function toSpilled(record: ValueRecord): ValueRecord {
  if ((record.tag & spilled) !== 0) return record;
  const bytes = Buffer.from(spill(record.bytes.subarray(0, record.length)));
  return { ...record, tag: record.tag | spilled, bytes, length: bytes.length };
}

// Not zeroed first: all of them are written.
function freshBytes(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

function scratchBytes(length: number): Buffer {
  if (scratch.length < length) scratch = Buffer.allocUnsafeSlow(Math.max(length, fewBytes));
  return scratch;
}

function pathOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

// A few bytes go faster one by one than by the built-in.
function copy(memory: Uint8Array, start: number, length: number, to: Uint8Array): void {
  if (length > 64) to.set(memory.subarray(start, start + length));
  else for (let i = 0; i < length; i++) to[i] = memory[start + i] as number;
}
