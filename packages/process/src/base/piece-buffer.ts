/** Bytes of a stream that arrived in pieces of any size and were not taken yet. */
export class PieceBuffer {
  #pieces: Buffer[] = [];
  #byteLength = 0;

  /** How many bytes are here. */
  get byteLength(): number {
    return this.#byteLength;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#byteLength += piece.byteLength;
  }

  /**
   * A buffer that begins with the first `byteLength` bytes; it may be longer.
   *
   * Joins only the pieces that are needed: a message in many pieces is copied once, one that came whole is not copied.
   *
   * @param byteLength at most as many as are here.
   */
  peek(byteLength: number): Buffer {
    const [first] = this.#pieces;
    if (first !== undefined && first.byteLength >= byteLength) return first;
    let count = 0;
    for (let joined = 0; joined < byteLength; count++) joined += (this.#pieces[count] as Buffer).byteLength;
    const all = Buffer.concat(this.#pieces.slice(0, count));
    this.#pieces.splice(0, count, all);
    return all;
  }

  /** Removes the first bytes. Call {@link peek} for them first: they must be in one piece. */
  drop(byteLength: number): void {
    this.#byteLength -= byteLength;
    const rest = this.#pieces[0]?.subarray(byteLength);
    if (rest === undefined || rest.byteLength === 0) this.#pieces.shift();
    else this.#pieces[0] = rest;
  }
}
