import { Gate } from "./gate.ts";
import type { Segment } from "./segment.ts";

const idMask = 0x3fff_ffff;
const inconsistent = 0x4000_0000;
const awaited = 0x8000_0000 | 0;
const spins = 60;

/**
 * A robust mutex: when the thread or process that holds it ends, the next one takes it and sees `isAbandoned`.
 *
 * Shape: two words.
 *   0  bits 0–29 the holder's participant id, 0 when free; bit 30 (inconsistent) is set from a holder's crash until
 *      `repair()`; bit 31 (awaited) is set while it is held and a thread may wait for it
 *   1  a {@link Gate}
 *
 * The exchange that takes the mutex also records the holder, so no crash of a holder goes unnoticed. A waiter sets bit
 * 31 while the mutex is held. Without waiters, taking and releasing are therefore one exchange each. Not fair, not
 * reentrant; any thread may release.
 *
 * Source: U. Drepper, "Futexes Are Tricky" (2011), for bit 31; Linux's robust futexes for the holder in the word.
 */
export class Mutex {
  /** How many words it takes. */
  static readonly words = 2;
  /** Waiters wait here. */
  readonly gate: Gate;
  readonly #segment: Segment;
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(segment: Segment, at: number) {
    this.#segment = segment;
    this.#words = segment.words;
    this.#at = at;
    this.gate = new Gate(segment, at + 1);
    this.gate.isEnded = () => this.holder !== 0 && !segment.isAlive(this.holder);
  }

  /** The holder's participant id; 0 when it is free. */
  get holder(): number {
    return Atomics.load(this.#words, this.#at) & idMask;
  }

  /** Whether this thread holds it. */
  get isMine(): boolean {
    return this.holder === this.#segment.selfId;
  }

  /** Whether a holder ended without releasing it, and `repair()` was not called since. */
  get isAbandoned(): boolean {
    return (Atomics.load(this.#words, this.#at) & inconsistent) !== 0;
  }

  /**
   * Takes it if it is free.
   *
   * @param checkHolder whether to take it also from a holder that has ended, which costs more. Default: false.
   */
  tryTake(checkHolder = false): boolean {
    const { selfId } = this.#segment;
    const seen = Atomics.compareExchange(this.#words, this.#at, 0, selfId);
    if (seen === 0) return true;
    return (checkHolder || (seen & idMask) === 0) && this.#takeFrom(seen, selfId);
  }

  /**
   * The attempt of a waiter at {@link gate}: takes the mutex, also from a holder that has ended. It sets bit 31 when it
   * fails, and when it succeeds while another thread may wait: this makes the next release open the gate.
   */
  readonly attempt = (): boolean => {
    for (;;) {
      if (this.tryTake(true)) {
        if (this.gate.hasWaiters) Atomics.or(this.#words, this.#at, awaited);
        return true;
      }
      const seen = Atomics.load(this.#words, this.#at);
      // Released meanwhile, perhaps before bit 31 was set: without an opened gate.
      if ((seen & idMask) === 0) continue;
      if ((seen & awaited) !== 0) return false;
      if (Atomics.compareExchange(this.#words, this.#at, seen, seen | awaited) === seen) return false;
    }
  };

  /**
   * Takes it, blocking this thread. Idle hooks run meanwhile, so this is for mutexes that users hold.
   *
   * @returns whether it was taken before time ran out.
   */
  takeSync(timeoutMs = Number.POSITIVE_INFINITY): boolean {
    return this.#take(timeoutMs, false);
  }

  /**
   * Takes it for a few instructions of this package, blocking this thread. No idle hook runs meanwhile: the hook of
   * queues takes the mutex of a ring, so a wait for that mutex would enter the outbox a second time in the middle of
   * its work.
   *
   * @returns whether it was taken before time ran out.
   */
  enterSync(timeoutMs = Number.POSITIVE_INFINITY): boolean {
    return this.#take(timeoutMs, true);
  }

  #take(timeoutMs: number, skipIdleHooks: boolean): boolean {
    if (this.tryTake()) return true;
    if (timeoutMs > 0) {
      // Most holders release it within a microsecond, far less than it takes to fall asleep.
      for (let spin = 0; spin < spins; spin++) {
        if (Atomics.load(this.#words, this.#at) === 0 && this.tryTake()) return true;
      }
    }
    return this.gate.waitSync(this.attempt, timeoutMs, { skipIdleHooks });
  }

  /** Releases it, and opens the gate when a thread may wait. Returns false when it was free. */
  release(): boolean {
    const { selfId } = this.#segment;
    return Atomics.compareExchange(this.#words, this.#at, selfId, 0) === selfId || this.#releaseAny();
  }

  /** Marks the protected data as consistent again. */
  repair(): void {
    Atomics.and(this.#words, this.#at, ~inconsistent);
  }

  // Takes a mutex that is free but inconsistent, or whose holder has ended.
  #takeFrom(seen: number, selfId: number): boolean {
    const holder = seen & idMask;
    if (holder === 0) return Atomics.compareExchange(this.#words, this.#at, seen, seen | selfId) === seen;
    if (holder === selfId || this.#segment.isAlive(holder)) return false;
    return Atomics.compareExchange(this.#words, this.#at, seen, (seen & awaited) | inconsistent | selfId) === seen;
  }

  // Releases a mutex that is awaited or inconsistent, or that another thread holds.
  #releaseAny(): boolean {
    for (;;) {
      const seen = Atomics.load(this.#words, this.#at);
      if ((seen & idMask) === 0) return false;
      if (Atomics.compareExchange(this.#words, this.#at, seen, seen & inconsistent) !== seen) continue;
      // A waiter sets the gate's bit before bit 31, so a release that saw bit 31 also sees the gate's bit.
      this.gate.open();
      return true;
    }
  }
}
