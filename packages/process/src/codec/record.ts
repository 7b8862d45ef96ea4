import { createRequire } from "node:module";
import type { TransferListItem } from "node:worker_threads";
import { decode, prepare } from "./decode.ts";
import { cloning, type Encoded, encode } from "./encode.ts";
import { isPlain } from "./plain.ts";
import { deserialize, serialize } from "./serialize.ts";

/** A value as bytes, and how they are to be read. */
export interface ValueRecord {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** Numbers, strings, arrays and plain objects of them: written by msgpackr. */
const plainTag = 0;
/** Anything else that crosses: forms and structured clone. */
const structuredTag = 1;
/** Bytes as they are, of a Uint8Array or a Buffer. */
export const bytesTag = 2;
const bufferTag = 3;

type Packr = import("msgpackr").Packr;

let loaded: Packr | undefined;
const packr = (): Packr => {
  loaded ??= new (createRequire(import.meta.url)("msgpackr").Packr)({ useRecords: false, variableMapSize: true });
  return loaded as Packr;
};

/**
 * Writes a value as bytes that any thread or process reads back; as messages do, but faster for what is small and plain.
 *
 * @param path what the value is called in errors: `value`.
 * @throws {CloneError} or {NotShareableError} when it cannot be written, naming what and where.
 */
export function writeRecord(value: unknown, path: string): ValueRecord {
  if (value instanceof Uint8Array && !(value.buffer instanceof SharedArrayBuffer)) {
    if (Object.getPrototypeOf(value) === Uint8Array.prototype) return { tag: bytesTag, bytes: value };
    if (Buffer.isBuffer(value)) return { tag: bufferTag, bytes: value };
  }
  if (isPlain(value)) return { tag: plainTag, bytes: packr().pack(value) };
  const transferList: TransferListItem[] = [];
  const options = { reach: "process", path, transferList } as const;
  const encoded = encode(value, options);
  const bytes = cloning(value, options, () => serialize(encoded));
  const moved = transferList.filter((item) => item instanceof ArrayBuffer);
  if (moved.length > 0) structuredClone(null, { transfer: moved });
  return { tag: structuredTag, bytes };
}

/**
 * Reads what {@link writeRecord} wrote.
 *
 * @param bytes not looked at again after the return, except where they are the value.
 * @param length how many of them are the record. Default: all.
 * @throws when it needs a module that this thread has not imported; see {@link prepareRecord}.
 */
export function readRecord(tag: number, bytes: Uint8Array, length = bytes.length): unknown {
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
export async function prepareRecord({ bytes }: ValueRecord): Promise<unknown> {
  const encoded = deserialize(bytes) as Encoded;
  await prepare(encoded);
  return decode(encoded);
}
