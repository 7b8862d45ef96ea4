import { Fifo } from "../wire/fifo.ts";

/** What an item's call gave or threw. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** The place of a chunk among the results; without outcomes while they are not known. */
export interface Slot {
  /** How many items the chunk has. */
  readonly items: number;
  outcomes: Fifo<Outcome> | undefined;
}

/** The results of an iteration that nobody has fetched yet, in the order in which they are to be handed out. */
export class ResultBuffer {
  readonly #isOrdered: boolean;
  /** Chunks that may be handed out: in order all that were read, out of order those that are done. */
  readonly #slots = new Fifo<Slot>();
  #unfetched = 0;
  #unknown = 0;
  #isClosed = false;

  /** @param isOrdered whether results come in the order of the items, not in that of their coming. */
  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered;
  }

  /** How many items were read and not handed out. */
  get unfetched(): number {
    return this.#unfetched;
  }

  /** How many items were read and have no outcome yet. */
  get unknown(): number {
    return this.#unknown;
  }

  /** Makes the place for a chunk that was read. */
  open(items: number): Slot {
    const slot: Slot = { items, outcomes: undefined };
    if (this.#isOrdered) this.#slots.push(slot);
    this.#unfetched += items;
    this.#unknown += items;
    return slot;
  }

  /** Notes what a chunk gave. @param outcomes one for each item. */
  fill(slot: Slot, outcomes: Fifo<Outcome>): void {
    slot.outcomes = outcomes;
    this.#unknown -= slot.items;
    if (!this.#isOrdered && !this.#isClosed) this.#slots.push(slot);
  }

  /** Takes the next result, if it is there. */
  take(): Outcome | undefined {
    const outcomes = this.#slots.first?.outcomes;
    const outcome = outcomes?.shift();
    if (outcome === undefined) return undefined;
    this.#unfetched -= 1;
    if (outcomes?.size === 0) this.#slots.shift();
    return outcome;
  }

  /** Gives up all results, those that are still to come too. */
  close(): void {
    this.#isClosed = true;
    this.#slots.clear();
    this.#unfetched = 0;
  }
}
