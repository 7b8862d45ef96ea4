/** How long an unfinished line is held, in milliseconds. It may be a prompt, which must appear. */
const longestHoldMs = 100;
/** The most bytes of one line that are held. */
const mostHeldBytes = 2 ** 20;

/**
 * Copies a child's output in whole lines. Lines of several children that write to one stream are not mixed, whatever
 * pieces the output arrives in.
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
    if (this.#heldBytes > mostHeldBytes) this.flush();
    else if (this.#heldBytes > 0) this.#timer = setTimeout(() => this.#flushUnlessMoreArrived(), longestHoldMs);
  }

  /** Writes the held rest, at the end of the output. */
  flush(): void {
    clearTimeout(this.#timer);
    if (this.#heldBytes > 0) this.#to.write(Buffer.concat(this.#held));
    this.#held = [];
    this.#heldBytes = 0;
  }

  // The event loop may have been busy when the timer fired: it reads pending output before the immediate runs.
  #flushUnlessMoreArrived(): void {
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
