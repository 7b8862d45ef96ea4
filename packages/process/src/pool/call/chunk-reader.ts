/** A piece of an input, or its end, which may have been brought about by an error of the input's own. */
export type Chunk =
  | { readonly items: readonly unknown[] }
  | { readonly end: true; readonly error?: { readonly reason: unknown } };

/** Reads an iterable of either kind in pieces, and no further than it is asked to. */
export class ChunkReader {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #isAsync: boolean;
  readonly #chunkSize: number;
  #ended = false;

  constructor(input: Iterable<unknown> | AsyncIterable<unknown>, chunkSize: number) {
    this.#isAsync = Symbol.asyncIterator in input;
    this.#iterator =
      Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : (input as Iterable<unknown>)[Symbol.iterator]();
    this.#chunkSize = chunkSize;
  }

  /**
   * Reads the next piece, without a promise when the input needs none. An error in the midst of a piece takes the whole
   * piece with it, as in Python.
   */
  read(): Chunk | Promise<Chunk> {
    return this.#isAsync ? this.#readAsync() : this.#readSync();
  }

  /** Tells the input that nothing more will be read. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#iterator.return?.();
  }

  #readSync(): Chunk {
    const items: unknown[] = [];
    try {
      while (items.length < this.#chunkSize) {
        const next = checked((this.#iterator as Iterator<unknown>).next());
        if (next.done === true) return this.#last(items);
        items.push(next.value);
      }
      return { items };
    } catch (reason) {
      this.#ended = true;
      return { end: true, error: { reason } };
    }
  }

  async #readAsync(): Promise<Chunk> {
    const items: unknown[] = [];
    try {
      while (items.length < this.#chunkSize) {
        const next = checked(await this.#iterator.next());
        if (next.done === true) return this.#last(items);
        items.push(next.value);
      }
      return { items };
    } catch (reason) {
      this.#ended = true;
      return { end: true, error: { reason } };
    }
  }

  // The end is told at the next look when there is still something to hand over; an ended iterator says so again.
  #last(items: readonly unknown[]): Chunk {
    if (items.length > 0) return { items };
    this.#ended = true;
    return { end: true };
  }
}

// As `for…of` would refuse it; it would never come to an end.
function checked(next: IteratorResult<unknown>): IteratorResult<unknown> {
  if (typeof next === "object" && next !== null) return next;
  throw new TypeError(`Cannot read the input: its next() gave ${String(next)}, which is no { done, value }`);
}
