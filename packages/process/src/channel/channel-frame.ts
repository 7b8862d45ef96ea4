import { PieceBuffer } from "../base/piece-buffer.ts";

/** The length of a frame's header. */
export const headerBytes = 4;

/** A payload of at most so many bytes is copied: to write one piece takes less time than to write two. */
const mostCopied = 16_384;

/**
 * Puts a message's length before it, so that a reader finds where the message ends in a stream of bytes.
 *
 * Shape: 4 bytes, the payload's length as an unsigned big-endian integer; then the payload.
 *
 * @returns the pieces of the frame, in order.
 * @throws {RangeError} when the payload is longer than 4 GiB.
 */
export function encodeChannelFrame(payload: Uint8Array): Uint8Array[] {
  if (payload.byteLength > 0xffff_ffff) {
    throw new RangeError(
      `Cannot send a message of ${payload.byteLength} bytes: the limit is 4 GiB, send it in parts or through shared memory`,
    );
  }
  const isCopied = payload.byteLength <= mostCopied;
  const first = Buffer.allocUnsafe(headerBytes + (isCopied ? payload.byteLength : 0));
  first.writeUInt32BE(payload.byteLength);
  if (!isCopied) return [first, payload];
  first.set(payload, headerBytes);
  return [first];
}

/** Finds the messages in a stream of bytes that arrives in pieces of any size. */
export class ChannelFrameReader {
  readonly #pieces = new PieceBuffer();

  /** Takes the next piece; returns the payloads that it completes, in order. */
  *push(piece: Buffer): Generator<Buffer> {
    this.#pieces.push(piece);
    for (;;) {
      if (this.#pieces.byteLength < headerBytes) return;
      const length = this.#pieces.peek(headerBytes).readUInt32BE();
      if (this.#pieces.byteLength < headerBytes + length) return;
      const all = this.#pieces.peek(headerBytes + length);
      // Dropped before the yield: the consumer may push the next piece before it resumes this generator.
      this.#pieces.drop(headerBytes + length);
      yield all.subarray(headerBytes, headerBytes + length);
    }
  }
}
