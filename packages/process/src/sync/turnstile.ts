import { type UnderWay, underWay } from "../memory/fork-forgets.ts";
import type { Segment } from "../memory/segment.ts";

const entries = 128;
const oneWaiter = 0x1_0000;
const admittedMask = 0xffff;

/** How many bytes a turnstile takes. */
export const turnstileBytes = (1 + entries * 2) * 4;

/** One wait at a turnstile. */
export type Ticket = symbol;

/**
 * Who waits at a Condition, and who of them was let in: what makes a notification reach one who waited when it was made,
 * never one who came later, gave up or died.
 *
 * Threads have an entry each and count in it; within a thread waiters pass in the order in which they came.
 *
 * Shape: one word, the entry at which the next search begins, so that all threads get their turn; then 128 entries of two
 * words.
 *   0  the tenant id of the thread that has the entry; 0 when none has
 *   1  bits 16–31 how many of its flows wait, bits 0–15 how many of these were admitted
 */
export class Turnstile implements UnderWay {
  readonly #segment: Segment;
  readonly #at: number;
  readonly #waiters: Ticket[] = [];
  #entry = 0;

  constructor(segment: Segment, at: number) {
    this.#segment = segment;
    this.#at = at;
  }

  /** How many wait. */
  get waiting(): number {
    let waiting = 0;
    for (let entry = 0; entry < entries; entry++) {
      const counts = Atomics.load(this.#segment.words, this.#counts(entry));
      waiting += (counts >>> 16) - (counts & admittedMask);
    }
    return waiting;
  }

  /** Takes a place among those who wait. */
  enter(): Ticket {
    if (this.#waiters.length === 0) this.#entry = this.#claim();
    const ticket = Symbol("ticket");
    this.#waiters.push(ticket);
    underWay.add(this);
    Atomics.add(this.#segment.words, this.#counts(this.#entry), oneWaiter);
    return ticket;
  }

  /** Passes if it was admitted. */
  tryPass(ticket: Ticket): boolean {
    const place = this.#waiters.indexOf(ticket);
    for (;;) {
      const counts = Atomics.load(this.#segment.words, this.#counts(this.#entry));
      if ((counts & admittedMask) <= place) return false;
      if (this.#count(counts, counts - oneWaiter - 1)) break;
    }
    this.#remove(place);
    return true;
  }

  /** Gives up waiting. Returns whether it was admitted all the same; false, too, when it has passed or left before. */
  leave(ticket: Ticket): boolean {
    const place = this.#waiters.indexOf(ticket);
    if (place === -1) return false;
    for (;;) {
      if (this.tryPass(ticket)) return true;
      const counts = Atomics.load(this.#segment.words, this.#counts(this.#entry));
      if ((counts & admittedMask) <= place && this.#count(counts, counts - oneWaiter)) break;
    }
    this.#remove(place);
    return false;
  }

  /** Admits as many as wait, up to `n`. Returns how many. */
  admit(n: number): number {
    const { words, me } = this.#segment;
    const first = Atomics.load(words, this.#at);
    let admitted = 0;
    for (let i = 0; i < entries && admitted < n; i++) {
      const entry = (first + i) % entries;
      const id = Atomics.load(words, this.#owner(entry));
      if (id === 0) continue;
      for (;;) {
        const counts = Atomics.load(words, this.#counts(entry));
        const more = Math.min(n - admitted, (counts >>> 16) - (counts & admittedMask));
        if (more <= 0 || (id !== me && !this.#segment.isAlive(id))) break;
        if (Atomics.compareExchange(words, this.#counts(entry), counts, counts + more) !== counts) continue;
        admitted += more;
        Atomics.store(words, this.#at, (entry + 1) % entries);
        break;
      }
    }
    return admitted;
  }

  forget(): void {
    this.#waiters.length = 0;
  }

  #claim(): number {
    const { words, me } = this.#segment;
    for (let entry = 0; entry < entries; entry++) {
      const owner = Atomics.load(words, this.#owner(entry));
      if (owner !== 0 && (owner === me || this.#segment.isAlive(owner))) continue;
      if (Atomics.compareExchange(words, this.#owner(entry), owner, me) !== owner) continue;
      Atomics.store(words, this.#counts(entry), 0);
      return entry;
    }
    throw new RangeError(`Cannot wait: the limit is ${entries} threads at a time`);
  }

  #remove(place: number): void {
    this.#waiters.splice(place, 1);
    if (this.#waiters.length > 0) return;
    underWay.delete(this);
    Atomics.store(this.#segment.words, this.#owner(this.#entry), 0);
  }

  #count(before: number, after: number): boolean {
    return Atomics.compareExchange(this.#segment.words, this.#counts(this.#entry), before, after | 0) === before;
  }

  #owner(entry: number): number {
    return this.#at + 1 + entry * 2;
  }

  #counts(entry: number): number {
    return this.#owner(entry) + 1;
  }
}
