import { Gate } from "./gate.ts";
import type { Segment } from "./segment.ts";

const idMask = 0x3fff_ffff;
const inconsistent = 0x4000_0000;
const awaited = 0x8000_0000 | 0;
const spins = 60;

/**
 * Mutual exclusion that survives its holder: when the thread or process that has it dies, the next one gets it and is told.
 *
 * Shape: two words.
 *   0  bits 0–29 the holder's tenant id, 0 when free; bit 30 set from when a holder died until `repair()`; bit 31 set while
 *      it is held and somebody may wait for it
 *   1  a {@link Gate}
 *
 * Holding is recorded by the very exchange that takes it, so there is no moment at which a holder could die unnoticed.
 * Who waits leaves a mark on it while it is held, so that taking and releasing it is two exchanges and nothing else where
 * nobody waits. Not fair, not reentrant; anyone may release.
 *
 * Source: U. Drepper, "Futexes Are Tricky" (2011), for the mark; Linux's robust futexes for the holder in the word.
 */
export class Mutex {
  /** How many words it takes. */
  static readonly words = 2;
  /** Where one waits for it. */
  readonly gate: Gate;
  readonly #segment: Segment;
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(segment: Segment, at: number) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#at = at;
    this.gate = new Gate(segment, at + 1);
  }

  /** The tenant id of who has it; 0 when it is free. */
  get holder(): number {
    return Atomics.load(this.#words, this.#at) & idMask;
  }

  /** Whether this thread has it. */
  get isMine(): boolean {
    return this.holder === this.#segment.me;
  }

  /** Whether somebody died holding it, and what it protects was not put in order since. */
  get isAbandoned(): boolean {
    return (Atomics.load(this.#words, this.#at) & inconsistent) !== 0;
  }

  /** Takes it if it is free; from a holder who has died only with `look`, which costs more. */
  tryTake(look = false): boolean {
    const { me } = this.#segment;
    const seen = Atomics.compareExchange(this.#words, this.#at, 0, me);
    if (seen === 0) return true;
    return (look || (seen & idMask) === 0) && this.#takeFrom(seen, me);
  }

  /**
   * What is tried while one waits for it at {@link gate}: takes it, from a holder who has died too, or leaves the mark at
   * which whoever releases it opens the gate.
   */
  readonly attempt = (): boolean => {
    for (;;) {
      if (this.tryTake(true)) return true;
      const seen = Atomics.load(this.#words, this.#at);
      // Released meanwhile: whoever did so may have found no mark.
      if ((seen & idMask) === 0) continue;
      if ((seen & awaited) !== 0) return false;
      if (Atomics.compareExchange(this.#words, this.#at, seen, seen | awaited) === seen) return false;
    }
  };

  /**
   * Takes it, blocking this thread. Chores run meanwhile, so this is for mutexes that users see.
   *
   * @returns whether it did before time ran out.
   */
  takeSync(timeoutMs = Number.POSITIVE_INFINITY): boolean {
    return this.#take(timeoutMs, false);
  }

  /**
   * Takes it for a few instructions of ours, blocking this thread. No chore runs meanwhile: a queue's outbox is a chore that
   * takes the mutex of a ring, so a wait for that mutex would enter the outbox a second time in the middle of its work.
   *
   * @returns whether it did before time ran out.
   */
  enterSync(timeoutMs = Number.POSITIVE_INFINITY): boolean {
    return this.#take(timeoutMs, true);
  }

  #take(timeoutMs: number, isInternal: boolean): boolean {
    if (this.tryTake()) return true;
    if (timeoutMs > 0) {
      // Most holders let go within a microsecond, far less than it takes to fall asleep.
      for (let spin = 0; spin < spins; spin++) {
        if (Atomics.load(this.#words, this.#at) === 0 && this.tryTake()) return true;
      }
    }
    return this.gate.waitSync(this.attempt, timeoutMs, { isInternal });
  }

  /** Lets go, and whoever waits try. Returns false when it was free. */
  release(): boolean {
    const { me } = this.#segment;
    return Atomics.compareExchange(this.#words, this.#at, me, 0) === me || this.#releaseAny();
  }

  /** Says that what it protects is in order again. */
  repair(): void {
    Atomics.and(this.#words, this.#at, ~inconsistent);
  }

  // Free but abandoned, or of a holder who may have died.
  #takeFrom(seen: number, me: number): boolean {
    const holder = seen & idMask;
    if (holder === 0) return Atomics.compareExchange(this.#words, this.#at, seen, seen | me) === seen;
    if (holder === me || this.#segment.isAlive(holder)) return false;
    return Atomics.compareExchange(this.#words, this.#at, seen, (seen & awaited) | inconsistent | me) === seen;
  }

  // Awaited, or abandoned and not repaired, or by someone who does not have it.
  #releaseAny(): boolean {
    for (;;) {
      const seen = Atomics.load(this.#words, this.#at);
      if ((seen & idMask) === 0) return false;
      if (Atomics.compareExchange(this.#words, this.#at, seen, seen & inconsistent) !== seen) continue;
      // The mark came after the bit of the gate, so that whoever sees the one sees the other.
      this.gate.open();
      return true;
    }
  }
}
