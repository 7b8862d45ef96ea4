import { type ForkResettable, resetInForkedChild } from "../memory/fork-reset.ts";
import { Gate } from "../memory/gate.ts";
import type { Segment } from "../memory/segment.ts";
import { forgetRunning } from "../memory/system-thread.ts";
import { openLater } from "../memory/wait/delayed-wake-ups.ts";
import { type Openable, rememberOpenable } from "../memory/wait/known-gates.ts";

const entries = 256;
const entryWords = 3;
const headWords = 2;
const oneWaiter = 0x1_0000;
const notifiedMask = 0xffff;

/** The size of a wait set in bytes. */
export const waitSetBytes = (headWords + entries * entryWords) * 4;

/** Identifies one wait. */
export type WaiterId = symbol;

/**
 * The waiters of a Condition, and which of them are notified. A notification is for a waiter that waits when it is
 * sent. No later waiter gets it, and none is lost with a waiter that is cancelled or killed.
 *
 * Each waiting thread has an entry that counts its waiters. Within a thread, waiters take notifications in the order
 * in which they were added.
 *
 * A notification wakes its thread when the notifying thread releases the lock: the thread would find the lock held,
 * sleep again, and have to be woken a second time.
 *
 * Shape: two words: the entry at which the next search starts, so that all threads have their turn; the number of
 * entries that were ever used. Then 256 entries of three words.
 *   0  the participant id of the thread that has the entry; 0 when it is free
 *   1  bits 16–31 the number of its waiters, bits 0–15 how many of these are notified
 *   2  a `Gate` at which the thread waits: a notification wakes the threads that it is for, and no other
 *
 * Source: the wait sets of the Java Language Specification, §17.2.
 */
export class WaitSet implements ForkResettable, Openable {
  readonly #segment: Segment;
  readonly #at: number;
  readonly #waiters: WaiterId[] = [];
  #entry = 0;
  /** The entries that this thread has notified and not yet woken. */
  #unwoken: { readonly entry: number; readonly id: number; readonly notified: number }[] = [];
  readonly #gates: (Gate | undefined)[] = [];

  constructor(segment: Segment, at: number) {
    this.#segment = segment;
    this.#at = at;
    rememberOpenable(this);
  }

  /** The number of waiters that are not notified. */
  get waiting(): number {
    let waiting = 0;
    const used = Atomics.load(this.#segment.words, this.#at + 1);
    for (let entry = 0; entry < used; entry++) {
      const counts = Atomics.load(this.#segment.words, this.#counts(entry));
      waiting += (counts >>> 16) - (counts & notifiedMask);
    }
    return waiting;
  }

  /** Where this thread waits for its notifications while it has waiters. */
  get gate(): Gate {
    return this.#gateOf(this.#entry);
  }

  /** Adds a waiter of this thread. */
  add(): WaiterId {
    if (this.#waiters.length === 0) this.#entry = this.#claim();
    const waiter = Symbol("waiter");
    this.#waiters.push(waiter);
    resetInForkedChild.add(this);
    Atomics.add(this.#segment.words, this.#counts(this.#entry), oneWaiter);
    return waiter;
  }

  /** Removes a waiter if it is notified. Returns whether it was. */
  takeNotification(waiter: WaiterId): boolean {
    const position = this.#waiters.indexOf(waiter);
    for (;;) {
      const counts = Atomics.load(this.#segment.words, this.#counts(this.#entry));
      if ((counts & notifiedMask) <= position) return false;
      if (this.#replaceCounts(counts, counts - oneWaiter - 1)) break;
    }
    this.#remove(position);
    return true;
  }

  /** Removes a waiter. Returns whether it was notified; false, too, when it was removed before. */
  cancel(waiter: WaiterId): boolean {
    const position = this.#waiters.indexOf(waiter);
    if (position === -1) return false;
    for (;;) {
      if (this.takeNotification(waiter)) return true;
      const counts = Atomics.load(this.#segment.words, this.#counts(this.#entry));
      if ((counts & notifiedMask) <= position && this.#replaceCounts(counts, counts - oneWaiter)) break;
    }
    this.#remove(position);
    return false;
  }

  /** Notifies up to `n` waiters. Returns how many it notified. */
  notify(n: number): number {
    const { words } = this.#segment;
    const first = Atomics.load(words, this.#at);
    const used = Atomics.load(words, this.#at + 1);
    let notified = 0;
    for (let i = 0; i < used && notified < n; i++) {
      const entry = (first + i) % used;
      const id = Atomics.load(words, this.#owner(entry));
      if (id === 0) continue;
      for (;;) {
        const counts = Atomics.load(words, this.#counts(entry));
        const more = Math.min(n - notified, (counts >>> 16) - (counts & notifiedMask));
        if (more <= 0) break;
        if (Atomics.compareExchange(words, this.#counts(entry), counts, counts + more) !== counts) continue;
        Atomics.store(words, this.#at, (entry + 1) % used);
        this.#unwoken.push({ entry, id, notified: more });
        notified += more;
        break;
      }
    }
    if (notified === 0) return 0;
    resetInForkedChild.add(this);
    openLater(this);
    return notified;
  }

  /** Wakes the threads that this thread has notified. What a thread got that has ended is for other waiters. */
  open(): void {
    while (this.#unwoken.length > 0) {
      let lost = 0;
      for (const { entry, id, notified } of this.#unwoken.splice(0)) if (!this.#wake(entry, id)) lost += notified;
      if (lost > 0) this.notify(lost);
    }
    if (this.#waiters.length === 0) resetInForkedChild.delete(this);
  }

  // Returns whether the thread has not ended. A thread that was woken has not, nor has one that left the entry; to ask
  // the system about each one would take longer than the rest.
  #wake(entry: number, id: number): boolean {
    // All of that one thread's waiters: it may be blocked while promises of its wait too.
    if (this.#gateOf(entry).openAll() || id === this.#segment.selfId) return true;
    if (Atomics.load(this.#segment.words, this.#owner(entry)) !== id) return true;
    forgetRunning();
    return this.#segment.isAlive(id);
  }

  /** Makes the waiters of all threads check again. */
  openAll(): void {
    const used = Atomics.load(this.#segment.words, this.#at + 1);
    for (let entry = 0; entry < used; entry++)
      if (Atomics.load(this.#segment.words, this.#owner(entry)) !== 0) this.#gateOf(entry).openAll();
  }

  resetInChild(): void {
    this.#waiters.length = 0;
    this.#unwoken.length = 0;
  }

  #claim(): number {
    const { words, selfId } = this.#segment;
    const isFree = (owner: number) => owner === 0;
    const hasEnded = (owner: number) => owner !== selfId && !this.#segment.isAlive(owner);
    for (const isUsable of [isFree, hasEnded]) {
      for (let i = 0; i < entries; i++) {
        // The entry that this thread had last is probably free.
        const entry = i === 0 ? this.#entry : i <= this.#entry ? i - 1 : i;
        const owner = Atomics.load(words, this.#owner(entry));
        if (!isUsable(owner)) continue;
        if (Atomics.compareExchange(words, this.#owner(entry), owner, selfId) !== owner) continue;
        Atomics.store(words, this.#counts(entry), 0);
        this.#raiseUsed(entry + 1);
        return entry;
      }
    }
    throw new RangeError(
      `Cannot wait for the Condition: ${entries} threads wait for it, which is the limit; use another Condition`,
    );
  }

  #raiseUsed(used: number): void {
    const { words } = this.#segment;
    for (let before = Atomics.load(words, this.#at + 1); before < used; before = Atomics.load(words, this.#at + 1))
      if (Atomics.compareExchange(words, this.#at + 1, before, used) === before) return;
  }

  #remove(position: number): void {
    this.#waiters.splice(position, 1);
    if (this.#waiters.length > 0) return;
    resetInForkedChild.delete(this);
    Atomics.store(this.#segment.words, this.#owner(this.#entry), 0);
  }

  #replaceCounts(before: number, after: number): boolean {
    return Atomics.compareExchange(this.#segment.words, this.#counts(this.#entry), before, after | 0) === before;
  }

  #gateOf(entry: number): Gate {
    this.#gates[entry] ??= new Gate(this.#segment, this.#owner(entry) + 2);
    return this.#gates[entry];
  }

  #owner(entry: number): number {
    return this.#at + headWords + entry * entryWords;
  }

  #counts(entry: number): number {
    return this.#owner(entry) + 1;
  }
}
