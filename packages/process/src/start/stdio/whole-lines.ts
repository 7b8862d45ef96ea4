/** How long a line that was begun is held when no more of it comes, in milliseconds: it may be a prompt. */
const patienceMs = 100;
/** How much of a line is held at most, in bytes. */
const longestHeld = 2 ** 20;

/**
 * Passes on what a child writes, line by line: of several children that write to one place, none cuts another's line, however the
 * pieces come in.
 */
export class WholeLines {
  readonly #to: NodeJS.WritableStream;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #pieces = 0;

  constructor(to: NodeJS.WritableStream) {
    this.#to = to;
  }

  write(piece: Buffer): void {
    clearTimeout(this.#timer);
    this.#pieces += 1;
    const end = piece.lastIndexOf("\n") + 1;
    if (end > 0) {
      this.#hold(piece.subarray(0, end));
      this.flush();
    }
    if (end < piece.byteLength) this.#hold(piece.subarray(end));
    if (this.#heldBytes > longestHeld) this.flush();
    else if (this.#heldBytes > 0) this.#timer = setTimeout(() => this.#flushUnlessMoreCame(), patienceMs);
  }

  /** Passes on what is held: no more of it will come. */
  flush(): void {
    clearTimeout(this.#timer);
    if (this.#heldBytes > 0) this.#to.write(Buffer.concat(this.#held));
    this.#held = [];
    this.#heldBytes = 0;
  }

  // The loop may have been busy: what came meanwhile is read before an immediate runs.
  #flushUnlessMoreCame(): void {
    const before = this.#pieces;
    setImmediate(() => {
      if (this.#pieces === before) this.flush();
    });
  }

  #hold(part: Buffer): void {
    this.#held.push(part);
    this.#heldBytes += part.byteLength;
  }
}
