import type { Segment } from "../memory/segment.ts";
import { recheckMs } from "../memory/wait/recheck-timer.ts";
import { aroundFork } from "../posix/fork/fork-hooks.ts";

const referenceCount = 64;
const inTransit = 0x4000_0000;

/** The size of a table of references, in words. */
export const endReferencesWords = referenceCount;

/** One reference to an end of a pipe: an index of a word in the table, and the id stored there. */
export interface EndReference {
  readonly table: EndReferences;
  word: number;
  id: number;
}

// The references of this thread. A forked process inherits them.
const threadReferences = new Set<EndReference>();
const forkReferences = new Map<EndReference, number | undefined>();

aroundFork({
  before() {
    for (const reference of threadReferences) forkReferences.set(reference, reference.table.addForFork());
  },
  inParent: () => forkReferences.clear(),
  inChild() {
    for (const [reference, word] of forkReferences) {
      reference.id = word === undefined ? 0 : reference.table.selfId;
      reference.word = word ?? reference.word;
    }
    forkReferences.clear();
  },
});

/**
 * The table of the threads that hold one end of a pipe. When it is empty, the other end reads end of file.
 *
 * Shape: 64 words. A word is 0, or the id of a thread that holds the end. With bit 30 set it is a random number: a
 * reference in transit to a receiver, which lasts until the receiver has taken the end or the send has failed.
 */
export class EndReferences {
  readonly #segment: Segment;
  readonly #at: number;
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(segment: Segment, at: number) {
    this.#segment = segment;
    this.#at = at;
  }

  /** The id of this thread in the table. */
  get selfId(): number {
    return this.#segment.selfId;
  }

  /**
   * Adds a reference of this thread.
   *
   * @throws {RangeError} when the table is full.
   */
  add(): EndReference {
    const reference = { table: this, word: this.#claim(this.selfId), id: this.selfId };
    threadReferences.add(reference);
    return reference;
  }

  /** Adds a reference for a receiver that has not taken the end yet; otherwise as {@link add}. */
  addInTransit(): EndReference {
    // A random id: releasing it later, even after the receiver came, cannot release another reference.
    const id = inTransit | Math.floor(Math.random() * inTransit);
    return { table: this, word: this.#claim(id), id };
  }

  /** Replaces a reference in transit by one of this thread. */
  receive({ word, id }: Pick<EndReference, "word" | "id">): EndReference {
    const reference = this.add();
    this.release({ word, id });
    return reference;
  }

  /**
   * Adds a reference of the process that is about to be forked.
   *
   * @returns its word; `undefined` when the segment has no id for the child, or the table is full.
   */
  addForFork(): number | undefined {
    const { childId } = this.#segment;
    return childId === 0 ? undefined : this.#claimWord(childId);
  }

  /** Removes a reference. Idempotent. */
  release({ word, id }: Pick<EndReference, "word" | "id">): void {
    if (id !== 0) Atomics.compareExchange(this.#segment.words, word, id, 0);
  }

  /** Whether any thread holds the end. Exited threads are removed at most every half recheck interval. */
  get isOpen(): boolean {
    const now = performance.now();
    if (now - this.#checkedAt > recheckMs / 2) {
      this.#checkedAt = now;
      this.#removeExited();
    }
    return this.#isHeld;
  }

  /** Whether no thread holds the end, since those that held it have closed it or exited. */
  readonly isEnded = (): boolean => {
    this.#removeExited();
    return !this.#isHeld;
  };

  get #isHeld(): boolean {
    const { words } = this.#segment;
    for (let word = this.#at; word < this.#at + referenceCount; word++)
      if (Atomics.load(words, word) !== 0) return true;
    return false;
  }

  #claim(id: number): number {
    const word = this.#claimWord(id);
    if (word !== undefined) return word;
    throw new RangeError(`Cannot share the end of a pipe: it has ${referenceCount} holders already, close some`);
  }

  #claimWord(id: number): number | undefined {
    const { words } = this.#segment;
    this.#removeExited();
    for (let word = this.#at; word < this.#at + referenceCount; word++) {
      if (Atomics.compareExchange(words, word, 0, id) === 0) return word;
    }
    return undefined;
  }

  #removeExited(): void {
    const { words, selfId, childId } = this.#segment;
    for (let word = this.#at; word < this.#at + referenceCount; word++) {
      const id = Atomics.load(words, word);
      const isOwn = id === selfId || id === childId;
      if (id === 0 || isOwn || (id & inTransit) !== 0 || this.#segment.isAlive(id)) continue;
      Atomics.compareExchange(words, word, id, 0);
    }
  }
}

/** Removes a reference of this thread. */
export function releaseReference(reference: EndReference): void {
  threadReferences.delete(reference);
  reference.table.release(reference);
}
