import { threadTable } from "../memory/thread-table.ts";
import {
  holdMemory,
  type Memory,
  type MemoryTicket,
  takeMemory,
  takeMemorySync,
} from "../memory/transit/memory-in-transit.ts";
import type { Encoded } from "./encode.ts";
import type { FormReader, FormWriter } from "./form.ts";
import { isSharedMemory } from "./refusal.ts";

const kind = "shared memory";

/** A view of memory that threads share. */
interface ViewData {
  readonly type: string;
  readonly buffer: unknown;
  readonly byteOffset: number;
  readonly length: number;
}

type ViewClass = new (buffer: SharedArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

/** Writes the memory that threads share, and views of it, in one message of bytes to another thread. */
export class SharedMemoryWriter implements FormWriter {
  readonly kind = kind;
  readonly isExplicit = true;
  readonly #memory: SharedArrayBuffer[] = [];

  matches(value: object): boolean {
    return isSharedMemory(value);
  }

  write(value: object): number | ViewData {
    if (!ArrayBuffer.isView(value)) return this.#memory.push(value as SharedArrayBuffer) - 1;
    const view: ArrayBufferView & { readonly length?: number } = value;
    const { buffer, byteOffset, byteLength, length = byteLength } = view;
    return { type: typeOf(view), buffer, byteOffset, length };
  }

  /** Holds the memory that was written for the receiver. Returns what the message needs; `undefined` without memory. */
  hold(): MemoryTicket | undefined {
    return this.#memory.length === 0 ? undefined : holdMemory(this.#memory, threadTable());
  }
}

const none: readonly FormReader<never>[] = [];

/**
 * Receives the memory of an encoded value.
 *
 * @returns the readers of its forms.
 * @throws {ClosedError} when it was received before.
 */
export async function receiveMemory({ memory }: Encoded): Promise<readonly FormReader<never>[]> {
  return memory === undefined ? none : [readerOf(await takeMemory(memory, threadTable()))];
}

/** Receives the memory of an encoded value, blocking this thread; otherwise as {@link receiveMemory}. */
export function receiveMemorySync({ memory }: Encoded): readonly FormReader<never>[] {
  return memory === undefined ? none : [readerOf(takeMemorySync(memory, threadTable()))];
}

function readerOf(memory: Memory): FormReader<never> {
  return {
    kind,
    begin(data, decode) {
      if (typeof data === "number") return memory[data] as SharedArrayBuffer;
      const { type, buffer, byteOffset, length } = data as ViewData;
      const own = decode(buffer) as SharedArrayBuffer;
      if (type === "Buffer") return Buffer.from(own as never, byteOffset, length);
      return new (globalThis as unknown as Record<string, ViewClass>)[type]!(own, byteOffset, length);
    },
  };
}

function typeOf(view: ArrayBufferView): string {
  return Buffer.isBuffer(view) ? "Buffer" : Object.prototype.toString.call(view).slice("[object ".length, -1);
}
