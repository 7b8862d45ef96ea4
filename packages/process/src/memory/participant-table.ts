import type { SystemThread } from "./system-thread.ts";

const wordsPerSlot = 10;
const idWord = 0;
const threadWord = 1;
const startWord = 2;
const kindWord = 3;
const namespaceWord = 4;
const bellNameWord = 5;
const watchWord = 6;
const watchesPerSlot = 4;
const turnWord = 1;
const watchCountsWord = 2;
const watchCounts = 8;
const headWords = watchCountsWord + watchCounts;
const claiming = 0x4000_0000;

/** The content of a slot that is in use. */
export interface Participant {
  /** The full id: the slot, and how often it was claimed. */
  readonly id: number;
  /** The thread. Where only threads share the memory, its id is that of `worker_threads` plus 1. */
  readonly thread: SystemThread;
  /** The number in the name of its bell, see `bell.ts`; 0 before it has one. */
  readonly bellName: number;
  /** Whether the slot is kept for a receiver that has not attached yet. */
  readonly isPlaceholder: boolean;
}

/**
 * The table of the threads that share memory. A lock records its holder's id in this table. No id is used twice, so a
 * later participant in the same slot is never taken for the one that ended.
 *
 * Shape: two words: the number of slots that were ever used; the slot at which the next search for a watch starts, so
 * that all participants have their turn. Then 8 words that count watches: a thread that wakes a word does not search
 * all slots when the word's count is 0. Then the slots, 10 words each.
 *   0  id: 0 never used; > 0 the participant's id, `times claimed · slots + slot`; < 0 free, the last id negated;
 *      with bit 30 set, the slot is being filled in
 *   1  the participant's thread id
 *   2  when that thread started
 *   3  kind: 0 a thread, 1 a placeholder for a receiver of a handle
 *   4  the PID namespace of the thread, see `pidNamespace`
 *   5  the number in the name of its bell
 *   6  four words: a word that its event loop watches, plus 1; 0 for none
 */
export class ParticipantTable {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #slots: number;
  readonly #isRunning: (thread: SystemThread) => boolean;

  /** The size of a table in bytes. */
  static byteLength(slots: number): number {
    return (headWords + slots * wordsPerSlot) * 4;
  }

  /**
   * @param at the index of the table's first word.
   * @param slots the number of slots, a power of two.
   * @param isRunning whether a thread still runs.
   */
  constructor(words: Int32Array, at: number, slots: number, isRunning: (thread: SystemThread) => boolean) {
    this.#words = words;
    this.#at = at;
    this.#slots = slots;
    this.#isRunning = isRunning;
  }

  /**
   * Claims a slot: a free one; else that of a participant that has ended; else a placeholder.
   *
   * @returns the new participant's id.
   * @throws {RangeError} when all slots are in use.
   */
  claim(thread: SystemThread, kind: "thread" | "placeholder" = "thread"): number {
    const isFree = (id: number) => id <= 0;
    const hasEnded = (id: number) => id > 0 && id < claiming && !this.isAlive(id);
    const isPlaceholder = (id: number) => this.read(id)?.isPlaceholder === true;
    for (const isUsable of [isFree, hasEnded, isPlaceholder]) {
      for (let slot = 0; slot < this.#slots; slot++) {
        const word = this.#word(slot, idWord);
        const old = Atomics.load(this.#words, word);
        if (!isUsable(old)) continue;
        const id = this.#successor(old, slot);
        if (Atomics.compareExchange(this.#words, word, old, id | claiming) !== old) continue;
        this.#dropWatches(slot);
        Atomics.store(this.#words, this.#word(slot, kindWord), kind === "placeholder" ? 1 : 0);
        this.#storeThread(slot, thread);
        this.#raiseUsed(slot + 1);
        Atomics.store(this.#words, word, id);
        return id;
      }
    }
    throw new RangeError(
      `Cannot share memory with one more thread: ${this.#slots} threads share it, which is the limit; end one first`,
    );
  }

  /** Sets the thread of a participant whose slot was claimed before its thread started. */
  assign(id: number, thread: SystemThread): void {
    this.#storeThread(id & (this.#slots - 1), thread);
  }

  /** Releases a slot. Locks that its participant holds count as abandoned from now on. */
  release(id: number): void {
    const slot = id & (this.#slots - 1);
    if (id > 0) Atomics.compareExchange(this.#words, this.#word(slot, idWord), id, -id);
  }

  /** Whether the participant with this id still runs. */
  isAlive(id: number): boolean {
    const participant = this.read(id);
    return participant !== undefined && this.#isRunning(participant.thread);
  }

  /** The participant with this id; `undefined` when it has left. */
  read(id: number): Participant | undefined {
    const slot = id & (this.#slots - 1);
    if (id <= 0 || Atomics.load(this.#words, this.#word(slot, idWord)) !== id) return undefined;
    return {
      id,
      thread: {
        id: Atomics.load(this.#words, this.#word(slot, threadWord)),
        start: Atomics.load(this.#words, this.#word(slot, startWord)),
        namespace: Atomics.load(this.#words, this.#word(slot, namespaceWord)) >>> 0,
      },
      bellName: Atomics.load(this.#words, this.#word(slot, bellNameWord)) >>> 0,
      isPlaceholder: Atomics.load(this.#words, this.#word(slot, kindWord)) === 1,
    };
  }

  /** All participants that have not left; some may have ended. */
  *all(): Generator<Participant> {
    const used = Atomics.load(this.#words, this.#at);
    for (let slot = 0; slot < used; slot++) {
      const participant = this.read(Atomics.load(this.#words, this.#word(slot, idWord)));
      if (participant !== undefined) yield participant;
    }
  }

  /** Whether a slot is being filled in now. */
  get isFilling(): boolean {
    for (let slot = 0; slot < this.#slots; slot++) {
      if (Atomics.load(this.#words, this.#word(slot, idWord)) >= claiming) return true;
    }
    return false;
  }

  /**
   * Enters a word that this participant's event loop watches. The entry stays until the participant removes it or
   * another thread takes it.
   *
   * @param bellName the number in the name of its bell.
   * @returns false when the participant watches too many words already.
   */
  addWatch(id: number, word: number, bellName: number): boolean {
    Atomics.store(this.#words, this.#word(id & (this.#slots - 1), bellNameWord), bellName);
    const first = this.#word(id & (this.#slots - 1), watchWord);
    // Counted before: a thread that finds the count 0 made its change before the watching thread compares the word.
    this.#count(word, 1);
    for (let entry = first; entry < first + watchesPerSlot; entry++) {
      if (Atomics.compareExchange(this.#words, entry, 0, word + 1) === 0) return true;
    }
    this.#count(word, -1);
    return false;
  }

  /** Whether an entry of {@link addWatch} is still there. */
  hasWatch(id: number, word: number): boolean {
    return this.#findWatch(id & (this.#slots - 1), word) !== -1;
  }

  /** Removes an entry of {@link addWatch}. Returns false when another thread has taken it. */
  removeWatch(id: number, word: number): boolean {
    return this.#takeWatch(id & (this.#slots - 1), word);
  }

  /**
   * Takes the watches of a word one after the other, each participant in its turn, and returns the participants. Each
   * entry is returned to one caller only.
   */
  *takeWatches(word: number): Generator<Participant> {
    if (Atomics.load(this.#words, this.#countOf(word)) === 0) return;
    const used = Atomics.load(this.#words, this.#at);
    const first = Atomics.load(this.#words, this.#at + turnWord);
    for (let i = 0; i < used; i++) {
      const slot = (first + i) % used;
      if (!this.#takeWatch(slot, word)) continue;
      Atomics.store(this.#words, this.#at + turnWord, slot + 1);
      const participant = this.read(Atomics.load(this.#words, this.#word(slot, idWord)));
      if (participant !== undefined) yield participant;
    }
  }

  #takeWatch(slot: number, word: number): boolean {
    const entry = this.#findWatch(slot, word);
    if (entry === -1 || Atomics.compareExchange(this.#words, entry, word + 1, 0) !== word + 1) return false;
    this.#count(word, -1);
    return true;
  }

  // Those of a participant that has ended.
  #dropWatches(slot: number): void {
    const first = this.#word(slot, watchWord);
    for (let entry = first; entry < first + watchesPerSlot; entry++) {
      const watched = Atomics.exchange(this.#words, entry, 0);
      if (watched !== 0) this.#count(watched - 1, -1);
    }
  }

  // A participant that is killed in between leaves a count that is too high, never one that is too low.
  #count(word: number, change: number): void {
    Atomics.add(this.#words, this.#countOf(word), change);
  }

  // The gates of a ring are 16 words apart.
  #countOf(word: number): number {
    return this.#at + watchCountsWord + ((word >> 4) & (watchCounts - 1));
  }

  #findWatch(slot: number, word: number): number {
    const first = this.#word(slot, watchWord);
    for (let entry = first; entry < first + watchesPerSlot; entry++) {
      if (Atomics.load(this.#words, entry) === word + 1) return entry;
    }
    return -1;
  }

  #storeThread(slot: number, { id, start, namespace }: SystemThread): void {
    Atomics.store(this.#words, this.#word(slot, namespaceWord), namespace);
    Atomics.store(this.#words, this.#word(slot, startWord), start);
    Atomics.store(this.#words, this.#word(slot, threadWord), id);
  }

  #word(slot: number, word: number): number {
    return this.#at + headWords + slot * wordsPerSlot + word;
  }

  // Ids stay below 2³⁰, so that a lock's word has bits left for its own flags; then they start again.
  #successor(old: number, slot: number): number {
    const next = Math.abs(old) + this.#slots;
    return old === 0 || next >= 2 ** 30 ? this.#slots + slot : next;
  }

  #raiseUsed(used: number): void {
    for (;;) {
      const before = Atomics.load(this.#words, this.#at);
      if (before >= used || Atomics.compareExchange(this.#words, this.#at, before, used) === before) return;
    }
  }
}
