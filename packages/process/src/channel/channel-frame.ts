/** What {@link frame} puts before a payload. */
export const headerBytes = 4;

/**
 * Puts a length before a message, so that it can be told apart in a stream of bytes.
 *
 * Shape: 4 bytes, the payload's length as an unsigned big-endian integer; then the payload.
 *
 * @throws {RangeError} when the payload is longer than 4 GiB.
 */
export function frame(payload: Uint8Array): Uint8Array[] {
  if (payload.byteLength > 0xffff_ffff) {
    throw new RangeError(
      `Cannot send a message of ${payload.byteLength} bytes: the limit is 4 GiB, send it in parts or through shared memory`,
    );
  }
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt32BE(payload.byteLength);
  return [header, payload];
}

/** Finds the messages in a stream of bytes that arrives in pieces of any size. */
export class Unframer {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** Takes the next piece; returns the payloads that it completes, in order. */
  *push(piece: Buffer): Generator<Buffer> {
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
    for (;;) {
      if (this.#bytes < headerBytes) return;
      const length = this.#join(headerBytes).readUInt32BE();
      if (this.#bytes < headerBytes + length) return;
      // Joined once, when all is here: one copy for a message in many pieces, none for one that came whole.
      const all = this.#join(headerBytes + length);
      // Dropped before it is handed on: whoever gets it may push the next piece before coming back here.
      this.#drop(headerBytes + length);
      yield all.subarray(headerBytes, headerBytes + length);
    }
  }

  #join(bytes: number): Buffer {
    const [first] = this.#pieces;
    if (first !== undefined && first.byteLength >= bytes) return first;
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }

  #drop(bytes: number): void {
    this.#bytes -= bytes;
    const rest = this.#pieces[0]?.subarray(bytes);
    if (rest === undefined || rest.byteLength === 0) this.#pieces.shift();
    else this.#pieces[0] = rest;
  }
}
