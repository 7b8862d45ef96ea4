import { pulseMs } from "../memory/pulse.ts";
import type { Segment } from "../memory/segment.ts";
import { aroundFork } from "../posix/fork/fork-hooks.ts";

const entries = 64;
const onTheWay = 0x4000_0000;

/** How many words a table of holders takes. */
export const holdersWords = entries;

/** One hold on an end of a pipe: its id in its word. */
export interface Hold {
  readonly holders: Holders;
  word: number;
  id: number;
}

// This thread's own, which a forked process has as well.
const held = new Set<Hold>();
const inherited = new Map<Hold, number | undefined>();

aroundFork({
  before() {
    for (const hold of held) inherited.set(hold, hold.holders.addHeir());
  },
  inParent: () => inherited.clear(),
  inChild() {
    for (const [hold, word] of inherited) {
      hold.id = word === undefined ? 0 : hold.holders.me;
      hold.word = word ?? hold.word;
    }
    inherited.clear();
  },
});

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

  /** The id by which this thread holds. */
  get me(): number {
    return this.#segment.me;
  }

  /**
   * Adds a hold of this thread.
   *
   * @throws {RangeError} when 64 have one.
   */
  add(): Hold {
    const hold = { holders: this, word: this.#enter(this.me), id: this.me };
    held.add(hold);
    return hold;
  }

  /** Adds a hold for a receiver who has not come yet; otherwise as {@link add}. */
  addOnTheWay(): Hold {
    // A number that no other has: one is given up by it, maybe long after its receiver came.
    const id = onTheWay | Math.floor(Math.random() * onTheWay);
    return { holders: this, word: this.#enter(id), id };
  }

  /** Adds a hold in place of one that was on its way. */
  redeem({ word, id }: Pick<Hold, "word" | "id">): Hold {
    const hold = this.add();
    this.release({ word, id });
    return hold;
  }

  /** Adds a hold of the process that is being forked. Returns its word; nothing where none has it, or there is no room. */
  addHeir(): number | undefined {
    const { heir } = this.#segment;
    return heir === 0 ? undefined : this.#find(heir);
  }

  /** Ends a hold; nothing happens when it has ended. */
  release({ word, id }: Pick<Hold, "word" | "id">): void {
    if (id !== 0) Atomics.compareExchange(this.#segment.words, word, id, 0);
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

  #enter(id: number): number {
    const word = this.#find(id);
    if (word !== undefined) return word;
    throw new RangeError(`Cannot share the end of a pipe once more: ${entries} hold it already, close some`);
  }

  #find(id: number): number | undefined {
    const { words } = this.#segment;
    this.#dropDead();
    for (let word = this.#at; word < this.#at + entries; word++) {
      if (Atomics.compareExchange(words, word, 0, id) === 0) return word;
    }
    return undefined;
  }

  #dropDead(): void {
    const { words, me, heir } = this.#segment;
    for (let word = this.#at; word < this.#at + entries; word++) {
      const id = Atomics.load(words, word);
      if (id === 0 || id === me || id === heir || (id & onTheWay) !== 0 || this.#segment.isAlive(id)) continue;
      Atomics.compareExchange(words, word, id, 0);
    }
  }
}

/** Ends a hold of this thread. */
export function release(hold: Hold): void {
  held.delete(hold);
  hold.holders.release(hold);
}
