import type { Socket } from "node:net";
import { PieceBuffer } from "../base/piece-buffer.ts";
import { ConnectionError } from "./connection-error.ts";

const headerBytes = 4;
const largeHeaderBytes = 12;
const longestShort = 0x7fff_ffff;
// A message up to this length is sent in one write with its header, so that TCP does not delay the message.
const longestJoined = 16_384;

/**
 * The header of a message in the framing of Python's `multiprocessing.connection`.
 *
 * Shape: 4 bytes, the length as a signed big-endian integer. From 2 GiB on: −1 there, and 8 more bytes, the length as
 * an unsigned big-endian integer. Then the message.
 */
export function pythonFrameHeader(length: number): Buffer {
  if (length <= longestShort) {
    const header = Buffer.allocUnsafe(headerBytes);
    header.writeInt32BE(length);
    return header;
  }
  const header = Buffer.allocUnsafe(largeHeaderBytes);
  header.writeInt32BE(-1);
  header.writeBigUInt64BE(BigInt(length), headerBytes);
  return header;
}

/**
 * Writes a message with its header.
 *
 * @param done called when the operating system has taken the whole message, or with the error of the write.
 *   Default: none.
 */
export function writePythonFrame(socket: Socket, message: Uint8Array, done?: (error?: Error | null) => void): void {
  const header = pythonFrameHeader(message.byteLength);
  if (message.byteLength <= longestJoined) {
    socket.write(Buffer.concat([header, message]), done);
    return;
  }
  socket.cork();
  socket.write(header);
  socket.write(message, done);
  socket.uncork();
}

/**
 * Finds the messages in a stream of bytes that arrives in pieces of any size. Memory grows with the bytes that came,
 * not with an announced length.
 */
export class PythonFrameReader {
  readonly #pieces = new PieceBuffer();

  /** How many bytes are here that were not taken. */
  get byteLength(): number {
    return this.#pieces.byteLength;
  }

  /** A copy of the bytes that were not taken. */
  get all(): Buffer {
    const { byteLength } = this;
    return byteLength === 0 ? Buffer.alloc(0) : Buffer.from(this.#pieces.peek(byteLength).subarray(0, byteLength));
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
  }

  /**
   * Takes the next message; `undefined` until all of it is here.
   *
   * @param maxBytes the longest message to accept.
   * @throws {ConnectionError} when the header has an invalid or a longer length. Throws as soon as the header is
   *   here, and takes nothing.
   */
  take(maxBytes: number): Buffer | undefined {
    const header = this.#header();
    if (header === undefined) return undefined;
    const { start, length } = header;
    if (length > maxBytes) {
      throw new ConnectionError(
        `Cannot receive: a message of ${length} bytes is announced, the limit is ${maxBytes}; raise maxBytes, or have it sent in parts`,
      );
    }
    if (this.#pieces.byteLength < start + length) return undefined;
    const message = this.#pieces.peek(start + length).subarray(start, start + length);
    this.#pieces.drop(start + length);
    return message;
  }

  #header(): { start: number; length: number } | undefined {
    if (this.#pieces.byteLength < headerBytes) return undefined;
    const length = this.#pieces.peek(headerBytes).readInt32BE();
    if (length >= 0) return { start: headerBytes, length };
    if (length !== -1) throw new ConnectionError(`Cannot receive: a message of ${length} bytes is announced`);
    if (this.#pieces.byteLength < largeHeaderBytes) return undefined;
    return {
      start: largeHeaderBytes,
      length: Number(this.#pieces.peek(largeHeaderBytes).readBigUInt64BE(headerBytes)),
    };
  }
}
