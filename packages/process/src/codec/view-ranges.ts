import { isArrayBuffer } from "./object-kind.ts";

/** The bytes of a buffer that the views in a message cover, from the first to the last, and their copy. */
interface Range {
  start: number;
  end: number;
  copy: ArrayBuffer | undefined;
}

/**
 * The parts of buffers that a message needs. Structured clone would send the whole buffer of each view.
 *
 * The views of one buffer get one new buffer, so that they share their bytes as before. It has the bytes from the first
 * to the last that any of them covers.
 */
export class ViewRanges {
  readonly #ranges = new Map<ArrayBufferLike, Range>();

  /** Whether a view covers only a part of its buffer. */
  static isPartial({ buffer, byteLength }: ArrayBufferView): boolean {
    return byteLength < buffer.byteLength && isArrayBuffer(buffer) && !isResizable(buffer);
  }

  /** Adds a view, or a buffer that is needed as a whole. */
  add(value: ArrayBufferView | ArrayBuffer): void {
    const isView = ArrayBuffer.isView(value);
    const buffer = isView ? value.buffer : value;
    // Elements of every size stay aligned.
    const start = isView ? value.byteOffset - (value.byteOffset % 8) : 0;
    const end = isView ? value.byteOffset + value.byteLength : value.byteLength;
    const known = this.#ranges.get(buffer);
    if (known === undefined) this.#ranges.set(buffer, { start, end, copy: undefined });
    else if (start < known.start || end > known.end) {
      known.start = Math.min(start, known.start);
      known.end = Math.max(end, known.end);
      known.copy = undefined;
    }
  }

  /** The same view of a buffer that has only the bytes that are needed. */
  trim<V extends ArrayBufferView>(view: V): V {
    const range = this.#ranges.get(view.buffer);
    if (range === undefined || range.end - range.start === view.buffer.byteLength) return view;
    range.copy ??= (view.buffer as ArrayBuffer).slice(range.start, range.end);
    return viewOf(view, range.copy, view.byteOffset - range.start) as unknown as V;
  }
}

/** Makes a view of the built-in class of another one, and of its length. */
export function viewOf(view: ArrayBufferView, buffer: ArrayBufferLike, byteOffset: number): ArrayBufferView {
  if (view instanceof DataView) return new DataView(buffer, byteOffset, view.byteLength);
  const { [Symbol.toStringTag]: name, length } = view as Uint8Array;
  const View = (globalThis as unknown as Record<string, Uint8ArrayConstructor>)[name] as Uint8ArrayConstructor;
  return new View(buffer, byteOffset, length);
}

function isResizable(buffer: ArrayBuffer): boolean {
  return (buffer as { readonly resizable?: boolean }).resizable === true;
}
