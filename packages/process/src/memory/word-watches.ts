import { ignoreBell, listenToBell, ringBell, type Watches } from "./bell.ts";
import type { ParticipantTable } from "./participant-table.ts";

/** The watches of one word: what to call back, and the value for a word that is polled. */
interface WordWatch {
  readonly callbacks: Set<() => void>;
  /** Whether the word is in the table of participants. It is not when that had no space, or without a bell. */
  readonly isEntered: boolean;
  readonly value: number;
}

/** How often words that are not in the table of participants are checked. */
const pollMs = 5;

/** The words of a mapped file that this thread's event loop watches. */
export class WordWatches implements Watches {
  readonly #words: Int32Array;
  readonly #participants: ParticipantTable;
  readonly #selfId: () => number;
  readonly #passOn: (word: number) => void;
  readonly #watches = new Map<number, WordWatch>();
  #poll: NodeJS.Timeout | undefined;

  /**
   * @param selfId this thread's participant id, which changes with a fork.
   * @param passOn wakes one thread, also a blocked one: a wake-up that a watch has taken is for any of them.
   */
  constructor(words: Int32Array, participants: ParticipantTable, selfId: () => number, passOn: (word: number) => void) {
    this.#words = words;
    this.#participants = participants;
    this.#selfId = selfId;
    this.#passOn = passOn;
  }

  /**
   * Calls back once when the word is woken for this thread.
   *
   * @returns a function that cancels the watch, and passes on a wake-up that the watch has taken.
   */
  add(word: number, value: number, onWake: () => void): () => void {
    let watch = this.#watches.get(word);
    if (watch === undefined) {
      const bellName = listenToBell(this);
      const isEntered = bellName !== 0 && this.#participants.addWatch(this.#selfId(), word, bellName);
      if (!isEntered) this.#poll ??= setInterval(() => this.check(), pollMs).unref();
      watch = { callbacks: new Set(), isEntered, value };
      this.#watches.set(word, watch);
    }
    const { callbacks } = watch;
    callbacks.add(onWake);
    return () => {
      if (!callbacks.delete(onWake) || callbacks.size > 0 || this.#watches.get(word)?.callbacks !== callbacks) return;
      this.#remove(word);
      if (watch.isEntered && !this.#participants.removeWatch(this.#selfId(), word)) this.#passOn(word);
    };
  }

  /** Wakes one event loop that watches the word. Returns whether one did. */
  wakeOne(word: number): boolean {
    for (const { thread, bellName } of this.#participants.takeWatches(word)) {
      if (ringBell(thread, bellName)) return true;
    }
    return false;
  }

  /** Wakes all event loops that watch the word. Returns whether one was woken. */
  wakeAll(word: number): boolean {
    let hasRung = false;
    for (const { thread, bellName } of this.#participants.takeWatches(word)) {
      if (ringBell(thread, bellName)) hasRung = true;
    }
    return hasRung;
  }

  check(): void {
    for (const [word, { callbacks, isEntered, value }] of [...this.#watches]) {
      const isTaken = isEntered
        ? !this.#participants.hasWatch(this.#selfId(), word)
        : Atomics.load(this.#words, word) !== value;
      if (!isTaken || this.#watches.get(word)?.callbacks !== callbacks) continue;
      this.#remove(word);
      for (const each of callbacks) {
        // A callback may cancel a later one.
        if (callbacks.delete(each)) each();
      }
    }
  }

  passOn(): void {
    for (const [word, { isEntered }] of this.#watches) {
      if (isEntered && !this.#participants.removeWatch(this.#selfId(), word)) this.#passOn(word);
    }
  }

  forget(): void {
    this.#watches.clear();
    this.#poll = undefined;
  }

  #remove(word: number): void {
    this.#watches.delete(word);
    if (this.#watches.size > 0) return;
    ignoreBell(this);
    clearInterval(this.#poll);
    this.#poll = undefined;
  }
}
