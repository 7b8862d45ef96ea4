import { Fifo } from "../wire/fifo.ts";

/** The value or the error of one item's call. */
export type ItemResult = { readonly value: unknown } | { readonly error: unknown };

/** The results of one chunk; `results` is `undefined` until the chunk is settled. */
export interface ChunkResults {
  /** How many items the chunk has. */
  readonly items: number;
  results: Fifo<ItemResult> | undefined;
}

/** The results of an `imap` that its caller has not fetched, in the order in which they are handed out. */
export class ResultBuffer {
  readonly #isOrdered: boolean;
  /** The chunks to hand out: all chunks that were read if ordered, else the settled ones. */
  readonly #chunks = new Fifo<ChunkResults>();
  #unfetched = 0;
  #unsettled = 0;
  #isClosed = false;

  /** @param isOrdered whether results come in the order of the items, not in that of their arrival. */
  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many items were read and not handed out. */
  get unfetched(): number {
    return this.#unfetched;
  }

  /** How many items were read and have no result yet. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Reserves the place of a chunk that was read. */
  reserve(items: number): ChunkResults {
    const chunk: ChunkResults = { items, results: undefined };
    if (this.#isOrdered) this.#chunks.push(chunk);
    this.#unfetched += items;
    this.#unsettled += items;
    return chunk;
  }

  /** Sets the results of a chunk. @param results one for each item. */
  fill(chunk: ChunkResults, results: Fifo<ItemResult>): void {
    chunk.results = results;
    this.#unsettled -= chunk.items;
    if (!this.#isOrdered && !this.#isClosed) this.#chunks.push(chunk);
  }

  /** Takes the next result; `undefined` when it has not arrived. */
  take(): ItemResult | undefined {
    const results = this.#chunks.first?.results;
    const result = results?.shift();
    if (result === undefined) return undefined;
    this.#unfetched -= 1;
    if (results?.size === 0) this.#chunks.shift();
    return result;
  }

  /** Drops all results, those that arrive later too. */
  close(): void {
    this.#isClosed = true;
    this.#chunks.clear();
    this.#unfetched = 0;
  }
}
