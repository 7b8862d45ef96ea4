import type { RecordRing } from "../connection/record-ring.ts";
import type { Segment } from "../memory/segment.ts";

const entries = 16;

/**
 * The threads that keep values of a queue which the shared memory had no space for. Consumers of a queue that was shut
 * down wait for these values too.
 *
 * Shape: 16 words, each 0 or the participant id of a thread with such values. A thread that finds no free word is not
 * listed: a queue that is shut down while more than 16 threads keep values may end before those of the others arrive.
 */
export class BacklogTable {
  static readonly byteLength = entries * 4;
  readonly #segment: Segment;
  readonly #at: number;

  constructor(segment: Segment, at: number) {
    this.#segment = segment;
    this.#at = at;
  }

  /** Lists this thread. Returns the word to give to {@link leave}; `undefined` when all are in use. */
  enter(): number | undefined {
    const { words, selfId } = this.#segment;
    for (let word = this.#at; word < this.#at + entries; word++) {
      const id = Atomics.load(words, word);
      if (id !== 0 && this.#segment.isAlive(id)) continue;
      if (Atomics.compareExchange(words, word, id, selfId) === id) return word;
    }
    return undefined;
  }

  leave(word: number): void {
    Atomics.store(this.#segment.words, word, 0);
  }

  /**
   * Whether a queue with these records was shut down and will have no further value.
   *
   * The order of the reads matters: a thread writes the values that it keeps before it leaves this table, and no other
   * values come after the ring was shut.
   */
  hasEnded(records: RecordRing): boolean {
    const { state } = records.ring;
    if (state !== 1) return state === 2;
    return !this.hasLivingThread() && records.count === 0;
  }

  /** Whether a thread keeps values. They are in the records when it no longer does, unless it dropped them. */
  hasLivingThread(): boolean {
    const { words } = this.#segment;
    for (let word = this.#at; word < this.#at + entries; word++) {
      const id = Atomics.load(words, word);
      if (id !== 0 && this.#segment.isAlive(id)) return true;
    }
    return false;
  }
}
