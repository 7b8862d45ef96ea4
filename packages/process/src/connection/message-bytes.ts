import { type WaitOptions, waitKeys } from "../base/deadline.ts";
import { BufferTooShortError } from "../base/errors.ts";
import { isArrayBuffer } from "../codec/object-kind.ts";

/** Limits of receiving a message. */
export interface ReceiveOptions extends WaitOptions {
  /**
   * The longest message to accept, in bytes; a longer one ends the connection. Default: the connection's own limit.
   */
  readonly maxBytes?: number | undefined;
}

/** The names of the options of {@link ReceiveOptions}. */
export const receiveKeys: readonly string[] = ["maxBytes", ...waitKeys];

/** The part of a buffer to send as a message. */
export interface SendBytesOptions {
  /** The index of the first byte, ≥ 0. Default: 0. */
  readonly offset?: number | undefined;
  /** The number of bytes, ≥ 0. Default: all from `offset`. */
  readonly size?: number | undefined;
}

/** The names of the options of {@link SendBytesOptions}. */
export const sendBytesKeys: readonly string[] = ["offset", "size"];

/**
 * A view of the bytes to send, not a copy.
 *
 * @throws {TypeError} when they are not bytes; {RangeError} when offset or size are outside of them.
 */
export function selectBytes(bytes: ArrayBufferView | ArrayBuffer, { offset = 0, size }: SendBytesOptions): Uint8Array {
  if (!(ArrayBuffer.isView(bytes) || isArrayBuffer(bytes))) {
    throw new TypeError(
      "Cannot send bytes: they are neither a view nor an ArrayBuffer; write Buffer.from(text), or send(value)",
    );
  }
  const end = size === undefined ? bytes.byteLength : offset + size;
  if (!(offset >= 0 && offset <= bytes.byteLength && end >= offset && end <= bytes.byteLength)) {
    throw new RangeError(
      `Cannot send bytes: offset ${offset}${size === undefined ? "" : ` and size ${size}`} reach outside of the ${bytes.byteLength} bytes given`,
    );
  }
  const [buffer, start] = ArrayBuffer.isView(bytes) ? [bytes.buffer, bytes.byteOffset] : [bytes, 0];
  return new Uint8Array(buffer, start + offset, end - offset);
}

/**
 * Receives a message into a buffer.
 *
 * @returns how many bytes it has.
 * @throws {TypeError} when it is not a view; {RangeError} when the offset is outside of the buffer;
 *   {BufferTooShortError} when the message does not fit.
 */
export async function receiveInto(
  buffer: ArrayBufferView,
  offset: number,
  receive: () => Promise<Uint8Array>,
): Promise<number> {
  if (!ArrayBuffer.isView(buffer))
    throw new TypeError("Cannot receive into what is not a view of memory; write a view, such as Buffer.alloc(1024)");
  if (typeof offset === "object")
    throw new TypeError("Cannot receive: the options are the third argument; write recvBytesInto(buffer, 0, options)");
  const target = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (!Number.isInteger(offset) || offset < 0 || offset > target.length) {
    throw new RangeError(
      `Cannot receive at offset ${offset} of a buffer of ${target.length} bytes: write an offset within it`,
    );
  }
  const bytes = await receive();
  if (bytes.length > target.length - offset) {
    throw new BufferTooShortError(
      `Cannot receive ${bytes.length} bytes into ${target.length - offset}: the error's field bytes holds the message`,
      bytes,
    );
  }
  target.set(bytes, offset);
  return bytes.length;
}
