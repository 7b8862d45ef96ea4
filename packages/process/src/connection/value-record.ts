import type { TransferListItem } from "node:worker_threads";
import { lazyRequire } from "../base/lazy-require.ts";
import { collectRollbacks, type Rollback } from "../base/send-rollback.ts";
import type { MemoryReach } from "../base/shareable.ts";
import type { PackedValue } from "../callable/form/packed-value.ts";
import { checkNeedsNoDescriptors, unpackLoadedValue } from "../callable/load/unpack-loaded-value.ts";
import { unpackValue } from "../callable/load/unpack-value.ts";
import { packValue } from "../callable/pack/pack-value.ts";
import { decode, importModules } from "../codec/decode.ts";
import { detachBuffers } from "../codec/detach-buffers.ts";
import { type Encoded, withCloneErrors } from "../codec/encode.ts";
import { isPlainData } from "../codec/plain-data.ts";
import { isSharedMemory } from "../codec/refusal.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import { receiveMemory, receiveMemorySync, SharedMemoryWriter } from "../codec/shared-memory-form.ts";
import { receiveSockets } from "../socket/socket-readers.ts";

/** A value as bytes, with the tag that says how to read them. */
export interface ValueRecord {
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** How many of the bytes belong to the record; any others follow it. */
  readonly length: number;
  /** Called when the record is not written. Default: none. */
  readonly rollback?: Rollback;
}

/** Numbers, strings, and arrays and plain objects of them, written by msgpackr. */
const plainTag = 0;
/** Any other value that can be sent, with forms, written by structured clone. */
const structuredTag = 1;
/** The bytes of a Uint8Array, unchanged. */
export const bytesTag = 2;
/** The bytes of a Buffer, unchanged. */
const bufferTag = 3;
/** A value with functions or with objects of the program's classes. */
const functionsTag = 4;
/** An integer of 32 bits, the lowest byte first: a thread whose values are integers does not load msgpackr. */
const integerTag = 5;

type Packr = import("msgpackr").Packr;

// The entry point without native and generated code, which gain nothing for small plain values. Looking for native code
// leaves a file to be closed by Node's thread pool, and a program cannot fork while the thread pool has work. The build
// replaces this name by that of a copied file.
const plainMsgpackr = "msgpackr/index-no-eval";

/** msgpackr's REUSE_BUFFER_MODE and RESET_BUFFER_MODE: write at the beginning of its buffer and return that. */
const reuseBuffer = 512 | 1024;

const maxKeptBufferBytes = 2 ** 20;

const integerBytes = new Uint8Array(4);

let loaded: Packr | undefined;
const packr = (): Packr => {
  loaded ??= new (lazyRequire<typeof import("msgpackr")>(plainMsgpackr).Packr)({
    useRecords: false,
    variableMapSize: true,
  });
  return loaded as Packr;
};

/**
 * Writes a value as bytes that any thread or process can read: any value that a message can hold, but faster for small
 * plain ones.
 *
 * @param path the value's name in error messages: `value`.
 * @param memoryReach how far the receivers are, and so memory in the value must reach.
 * @returns the record; its bytes are valid until the next call, since small values share one buffer.
 * @throws {CloneError} or {NotShareableError} when a part of the value cannot be written, naming its path.
 */
export function writeRecord(value: unknown, path: string, memoryReach: MemoryReach = "process"): ValueRecord {
  if (isInteger(value)) return writeInteger(value);
  if (value instanceof Uint8Array && !isSharedMemory(value)) {
    if (Object.getPrototypeOf(value) === Uint8Array.prototype)
      return { tag: bytesTag, bytes: value, length: value.length };
    if (Buffer.isBuffer(value)) return { tag: bufferTag, bytes: value, length: value.length };
  }
  if (isPlainData(value)) return writePlain(value);
  const transferList: TransferListItem[] = [];
  const options = { reach: "process", path, transferList } as const;
  const { message, rollback } = collectRollbacks(() => {
    const writer = memoryReach === "thread" ? new SharedMemoryWriter() : undefined;
    const packed = packValue(value, path, "process", transferList, { memory: writer });
    const memory = writer?.hold();
    const { value: written, hasForms, modules, descriptors } = packed;
    const plain: Encoded = { value: written, hasForms, modules, ...(descriptors && { descriptors }) };
    const parts = packed.functions ? packed : plain;
    const message = memory === undefined ? parts : { ...parts, memory };
    const bytes = withCloneErrors(value, options, () => serialize(message));
    return { tag: packed.functions ? functionsTag : structuredTag, bytes, length: bytes.length };
  });
  detachBuffers(transferList);
  return { ...message, rollback };
}

// -0 is none: it would lose its sign.
function isInteger(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value && !Object.is(value, -0);
}

function writeInteger(value: number): ValueRecord {
  integerBytes[0] = value;
  integerBytes[1] = value >> 8;
  integerBytes[2] = value >> 16;
  integerBytes[3] = value >> 24;
  return { tag: integerTag, bytes: integerBytes, length: 4 };
}

function readInteger(bytes: Uint8Array): number {
  const [a, b, c, d] = [bytes[0], bytes[1], bytes[2], bytes[3]] as [number, number, number, number];
  return a | (b << 8) | (c << 16) | (d << 24);
}

// Writes into msgpackr's own buffer, which the next value reuses: slicing it costs as much as writing a small object.
function writePlain(value: unknown): ValueRecord {
  const target = packr().pack(value, reuseBuffer) as Buffer & { start: number; end: number };
  const bytes = target.start === 0 ? target : target.subarray(target.start, target.end);
  // A buffer that grew for one large value is released.
  if (target.length > maxKeptBufferBytes) loaded = undefined;
  return { tag: plainTag, bytes, length: target.end - target.start };
}

/**
 * Reads the value of a record that {@link writeRecord} wrote.
 *
 * @param record its bytes are not read after the return, unless {@link keepsBytes} says that the value keeps them.
 * @throws when the value needs a module that this thread has not imported, or a descriptor; see
 *   {@link importAndReadRecord}.
 */
export function readRecord({ tag, bytes, length }: ValueRecord): unknown {
  if (tag === integerTag) return readInteger(bytes);
  if (tag === plainTag) return packr().unpack(bytes, length);
  if (tag === structuredTag) {
    const encoded = deserialize(bytes.subarray(0, length)) as Encoded;
    checkNeedsNoDescriptors(encoded);
    return decode(encoded, receiveMemorySync(encoded));
  }
  if (tag === functionsTag) return unpackLoadedValue(deserialize(bytes.subarray(0, length)) as PackedValue);
  const { buffer, byteOffset } = bytes;
  return tag === bufferTag ? Buffer.from(buffer, byteOffset, length) : new Uint8Array(buffer, byteOffset, length);
}

/** Whether the value of a record keeps the record's bytes, so that they must not be reused. */
export function keepsBytes(tag: number): boolean {
  return tag !== plainTag && tag !== integerTag;
}

/** Whether a record may need modules, and must be read by {@link importAndReadRecord}. */
export function mayNeedModules(tag: number): boolean {
  return tag === structuredTag || tag === functionsTag;
}

/** Imports the modules and receives the descriptors that a record needs, then reads its value. */
export async function importAndReadRecord({ tag, bytes, length }: ValueRecord): Promise<unknown> {
  const encoded = deserialize(bytes.subarray(0, length)) as Encoded;
  if (tag === functionsTag) return unpackValue(encoded as PackedValue);
  const parts = [receiveSockets(encoded), receiveMemory(encoded)] as const;
  const [sockets, memory] = await Promise.all([...parts, importModules(encoded)]);
  return decode(encoded, [...sockets, ...memory]);
}
