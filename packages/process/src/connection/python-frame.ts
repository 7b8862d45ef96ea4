import type { Socket } from "node:net";
import { ConnectionError } from "./connection-error.ts";

const headerBytes = 4;
const largeHeaderBytes = 12;
const longestShort = 0x7fff_ffff;
// A message this short goes with its header in one piece, so that TCP does not hold the second back.
const longestJoined = 16_384;

/**
 * Puts a length before a message, as Python's `multiprocessing.connection` does.
 *
 * Shape: 4 bytes, the length as a signed big-endian integer; for 2 GiB and more, −1 there and 8 bytes more, the length as an
 * unsigned big-endian integer. Then the message.
 */
export function frameHeader(length: number): Buffer {
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
 * Writes a message with its length before it.
 *
 * @param done called when the operating system has taken all of it, or with why it will not. Default: nobody is told.
 */
export function writeFrame(socket: Socket, message: Uint8Array, done?: (error?: Error | null) => void): void {
  const header = frameHeader(message.byteLength);
  if (message.byteLength <= longestJoined) {
    socket.write(Buffer.concat([header, message]), done);
    return;
  }
  socket.cork();
  socket.write(header);
  socket.write(message, done);
  socket.uncork();
}

/** Finds the messages in a stream of bytes that arrives in pieces of any size. Memory grows with what came, not with what is announced. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** How many bytes are here that were not taken. */
  get bytes(): number {
    return this.#bytes;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
  }

  /**
   * Takes the next message, when all of it is here.
   *
   * @param maxBytes the longest that is taken.
   * @throws {ConnectionError} when the length is none, or more than that: as soon as its header is here, nothing is taken.
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
    if (this.#bytes < start + length) return undefined;
    const message = this.#join(start + length).subarray(start, start + length);
    this.#drop(start + length);
    return message;
  }

  #header(): { start: number; length: number } | undefined {
    if (this.#bytes < headerBytes) return undefined;
    const length = this.#join(headerBytes).readInt32BE();
    if (length >= 0) return { start: headerBytes, length };
    if (length !== -1) throw new ConnectionError(`Cannot receive: a message of ${length} bytes is announced`);
    if (this.#bytes < largeHeaderBytes) return undefined;
    return {
      start: largeHeaderBytes,
      length: Number(this.#join(largeHeaderBytes).readBigUInt64BE(headerBytes)),
    };
  }

  // Pieces are joined only as far as asked for: one copy for a message in many pieces, none for one that came whole.
  #join(bytes: number): Buffer {
    const [first] = this.#pieces;
    if (first !== undefined && first.byteLength >= bytes) return first;
    let count = 0;
    for (let joined = 0; joined < bytes; count++) joined += (this.#pieces[count] as Buffer).byteLength;
    const all = Buffer.concat(this.#pieces.slice(0, count));
    this.#pieces.splice(0, count, all);
    return all;
  }

  #drop(bytes: number): void {
    this.#bytes -= bytes;
    const rest = (this.#pieces[0] as Buffer).subarray(bytes);
    if (rest.byteLength === 0) this.#pieces.shift();
    else this.#pieces[0] = rest;
  }
}
