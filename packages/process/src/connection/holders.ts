import { pulseMs } from "../memory/pulse.ts";
import type { Segment } from "../memory/segment.ts";

const entries = 64;
const onTheWay = 0x4000_0000;

/** How many words a table of holders takes. */
export const holdersWords = entries;

/** One hold on an end of a pipe. */
export interface Hold {
  readonly words: Int32Array;
  readonly word: number;
  readonly id: number;
}

/**
 * Who holds one end of a pipe: when nobody does any more, the other end has come to its end.
 *
 * Shape: 64 words, each the tenant id of a thread that holds the end, or 0; with bit 30 set a hold on its way to a
 * receiver, by a number drawn for it, which lasts until that has come or is known not to.
 */
export class Holders {
  readonly #segment: Segment;
  readonly #at: number;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(segment: Segment, at: number) {
    this.#segment = segment;
    this.#at = at;
  }

  /**
   * Adds a hold.
   *
   * @param isOnTheWay whether it is for a receiver who has not come yet. Default: false.
   * @throws {RangeError} when 64 have one.
   */
  add(isOnTheWay = false): Hold {
    const { words, me } = this.#segment;
    this.#dropDead();
    // A number that no other on its way has: one is given up by it, maybe long after its receiver came.
    const id = isOnTheWay ? onTheWay | Math.floor(Math.random() * onTheWay) : me;
    for (let word = this.#at; word < this.#at + entries; word++) {
      if (Atomics.compareExchange(words, word, 0, id) === 0) return { words, word, id };
    }
    throw new RangeError(`Cannot share the end of a pipe once more: ${entries} hold it already, close some`);
  }

  /** Adds a hold in place of one that was on its way. */
  redeem(word: number, id: number): Hold {
    const hold = this.add();
    release({ words: this.#segment.words, word, id });
    return hold;
  }

  /** Whether somebody holds the end. The dead are noticed within a pulse. */
  get isHeld(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt > pulseMs / 2) {
      this.#lookedAt = now;
      this.#dropDead();
    }
    const { words } = this.#segment;
    for (let word = this.#at; word < this.#at + entries; word++) if (Atomics.load(words, word) !== 0) return true;
    return false;
  }

  #dropDead(): void {
    const { words, me } = this.#segment;
    for (let word = this.#at; word < this.#at + entries; word++) {
      const id = Atomics.load(words, word);
      if (id === 0 || id === me || (id & onTheWay) !== 0 || this.#segment.isAlive(id)) continue;
      Atomics.compareExchange(words, word, id, 0);
    }
  }
}

/** Ends a hold; nothing happens when it has ended. */
export function release({ words, word, id }: Hold): void {
  Atomics.compareExchange(words, word, id, 0);
}
