import { type WaitOptions, waitKeys } from "../base/deadline.ts";

/** Limits of receiving a message. */
export interface ReceiveOptions extends WaitOptions {
  /**
   * The longest message to accept, in bytes; a longer one ends the connection. Default: the connection's own limit.
   */
  readonly maxBytes?: number | undefined;
}

/** The names of the options of {@link ReceiveOptions}. */
export const receiveKeys: readonly string[] = [...waitKeys, "maxBytes"];

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
export function selectBytes(bytes: Uint8Array | ArrayBuffer, { offset = 0, size }: SendBytesOptions): Uint8Array {
  if (!(bytes instanceof Uint8Array || bytes instanceof ArrayBuffer)) {
    throw new TypeError(
      "Cannot send bytes: they are neither a Uint8Array nor an ArrayBuffer; write Buffer.from(text), or send(value)",
    );
  }
  const end = size === undefined ? bytes.byteLength : offset + size;
  if (!(offset >= 0 && offset <= bytes.byteLength && end >= offset && end <= bytes.byteLength)) {
    throw new RangeError(
      `Cannot send bytes: offset ${offset}${size === undefined ? "" : ` and size ${size}`} reach outside of the ${bytes.byteLength} bytes given`,
    );
  }
  return bytes instanceof Uint8Array ? bytes.subarray(offset, end) : new Uint8Array(bytes, offset, end - offset);
}
