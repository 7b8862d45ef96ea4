import { type WaitOptions, waitKeys } from "../base/deadline.ts";

/** How long to wait for a message, and how long it may be. */
export interface ReceiveOptions extends WaitOptions {
  /** The longest message that is taken, in bytes; a longer one ends the connection. Default: the connection's own limit. */
  readonly maxBytes?: number | undefined;
}

/** These options, by name. */
export const receiveKeys: readonly string[] = [...waitKeys, "maxBytes"];

/** Which bytes of a buffer make up the message. */
export interface SendBytesOptions {
  /** The first byte, ≥ 0. Default: 0. */
  readonly offset?: number | undefined;
  /** How many bytes, ≥ 0. Default: all from `offset`. */
  readonly size?: number | undefined;
}

/** These options, by name. */
export const bytesKeys: readonly string[] = ["offset", "size"];

/**
 * The bytes that make up a message, where they are.
 *
 * @throws {TypeError} when they are no bytes; {RangeError} when offset or size lie outside of them.
 */
export function cut(bytes: Uint8Array | ArrayBuffer, { offset = 0, size }: SendBytesOptions): Uint8Array {
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
