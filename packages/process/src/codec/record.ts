import { createRequire } from "node:module";
import type { TransferListItem } from "node:worker_threads";
import { crossing, type GiveUp } from "../base/crossing.ts";
import { decode, prepare } from "./decode.ts";
import { cloning, type Encoded, encode } from "./encode.ts";
import { isPlain } from "./plain.ts";
import { deserialize, serialize } from "./serialize.ts";

/** A value as bytes, and how they are to be read. */
export interface ValueRecord {
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** How many of the bytes are the record; what follows them is not. */
  readonly length: number;
  /** What to call when the record is not going to be written. Default: nothing. */
  readonly giveUp?: GiveUp;
}

/** Numbers, strings, arrays and plain objects of them: written by msgpackr. */
const plainTag = 0;
/** Anything else that crosses: forms and structured clone. */
const structuredTag = 1;
/** Bytes as they are, of a Uint8Array or a Buffer. */
export const bytesTag = 2;
const bufferTag = 3;

type Packr = import("msgpackr").Packr;

// The entry without native and generated code, which gain nothing where values are small and plain. Looking for native code
// leaves a file to be closed by Node's thread pool, and while something is under way there a program cannot fork.
const plainMsgpackr = "msgpackr/index-no-eval";

/** msgpackr's REUSE_BUFFER_MODE and RESET_BUFFER_MODE: write at the beginning of its buffer and return that. */
const reuseBuffer = 512 | 1024;

const longestKept = 2 ** 20;

let loaded: Packr | undefined;
const packr = (): Packr => {
  loaded ??= new (createRequire(import.meta.url)(plainMsgpackr).Packr)({ useRecords: false, variableMapSize: true });
  return loaded as Packr;
};

/**
 * Writes a value as bytes that any thread or process reads back; as messages do, but faster for what is small and plain.
 *
 * @param path what the value is called in errors: `value`.
 * @returns good until the next call, since small values are written in the same place.
 * @throws {CloneError} or {NotShareableError} when it cannot be written, naming what and where.
 */
export function writeRecord(value: unknown, path: string): ValueRecord {
  if (value instanceof Uint8Array && !(value.buffer instanceof SharedArrayBuffer)) {
    if (Object.getPrototypeOf(value) === Uint8Array.prototype)
      return { tag: bytesTag, bytes: value, length: value.length };
    if (Buffer.isBuffer(value)) return { tag: bufferTag, bytes: value, length: value.length };
  }
  if (isPlain(value)) return writePlain(value);
  const transferList: TransferListItem[] = [];
  const options = { reach: "process", path, transferList } as const;
  const { message: bytes, giveUp } = crossing(() => {
    const encoded = encode(value, options);
    return cloning(value, options, () => serialize(encoded));
  });
  const moved = transferList.filter((item) => item instanceof ArrayBuffer);
  if (moved.length > 0) structuredClone(null, { transfer: moved });
  return { tag: structuredTag, bytes, length: bytes.length, giveUp };
}

// msgpackr's own buffer, used again for the next value: to cut a piece off it costs as much as to write a small object.
function writePlain(value: unknown): ValueRecord {
  const target = packr().pack(value, reuseBuffer) as Buffer & { start: number; end: number };
  const bytes = target.start === 0 ? target : target.subarray(target.start, target.end);
  // A buffer that has grown for one long value is not kept.
  if (target.length > longestKept) loaded = undefined;
  return { tag: plainTag, bytes, length: target.end - target.start };
}

/**
 * Reads what {@link writeRecord} wrote.
 *
 * @param record whose bytes are not looked at again after the return, except where they are the value.
 * @throws when it needs a module that this thread has not imported; see {@link prepareRecord}.
 */
export function readRecord({ tag, bytes, length }: ValueRecord): unknown {
  if (tag === plainTag) return packr().unpack(bytes, length);
  if (tag === structuredTag) return decode(deserialize(bytes.subarray(0, length)) as Encoded);
  const { buffer, byteOffset } = bytes;
  return tag === bufferTag ? Buffer.from(buffer, byteOffset, length) : new Uint8Array(buffer, byteOffset, length);
}

/** Whether the bytes of such a record become part of the value, and have to be its own. */
export function keepsBytes(tag: number): boolean {
  return tag !== plainTag;
}

/** Whether a record may need modules that have to be imported first, as {@link prepareRecord} does. */
export function mayNeedModules(tag: number): boolean {
  return tag === structuredTag;
}

/** Reads a structured record, importing first what it needs. */
export async function prepareRecord({ bytes, length }: ValueRecord): Promise<unknown> {
  const encoded = deserialize(bytes.subarray(0, length)) as Encoded;
  await prepare(encoded);
  return decode(encoded);
}
