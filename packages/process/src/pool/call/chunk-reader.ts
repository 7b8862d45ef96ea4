/** A chunk of an input, or the end of the input with its error, if it threw one. */
export type Chunk =
  | { readonly items: readonly unknown[] }
  | { readonly end: true; readonly error?: { readonly reason: unknown } };

/** Reads an iterable or async iterable in chunks, one chunk for each call of `read()`. */
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
   * Reads the next chunk; returns a promise only for an async input. When the input throws inside a chunk, the whole
   * chunk is lost, as in Python.
   */
  read(): Chunk | Promise<Chunk> {
    return this.#isAsync ? this.#readAsync() : this.#readSync();
  }

  /** Closes the input: it will not be read any more. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#iterator.return?.();
  }

  #readSync(): Chunk {
    const items: unknown[] = [];
    try {
      while (items.length < this.#chunkSize) {
        const next = checkResult((this.#iterator as Iterator<unknown>).next());
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
        const next = checkResult(await this.#iterator.next());
        if (next.done === true) return this.#last(items);
        items.push(next.value);
      }
      return { items };
    } catch (reason) {
      this.#ended = true;
      return { end: true, error: { reason } };
    }
  }

  // With items left, the next read reports the end: an iterator that is done stays done.
  #last(items: readonly unknown[]): Chunk {
    if (items.length > 0) return { items };
    this.#ended = true;
    return { end: true };
  }
}

// `for…of` refuses such a value too; without the check, the input would never end.
function checkResult(next: IteratorResult<unknown>): IteratorResult<unknown> {
  if (typeof next === "object" && next !== null) return next;
  throw new TypeError(`Cannot read the input: its next() gave ${String(next)}, which is no { done, value }`);
}
