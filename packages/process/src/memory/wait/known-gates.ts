import type { CurrentWait } from "../../base/observer.ts";

/** A gate, or an object with gates of other threads. */
export interface Openable {
  openAll(): void;
}

/** What is known of a gate. */
export interface KnownGate extends Openable {
  /** How many promises of this thread wait. */
  readonly size: number;
  /** What its waiters wait for, if that has a name. */
  readonly waitsFor: CurrentWait | undefined;
  /** Whether a waiter may be asleep. */
  readonly hasWaiters: boolean;
  /**
   * Whether its waiters wait for a thread that has ended: it held a lock, or an end of a pipe. Default: the end of a
   * thread lets no waiter continue.
   */
  readonly isEnded: (() => boolean) | undefined;
}

/** Where a thread is blocked, as it is sent to its parent. */
export interface BlockedPlace {
  /** The memory that threads share, or the path of a mapped file. */
  readonly memory: SharedArrayBuffer | string;
  /** The index of the gate in the words of the memory. */
  readonly word: number;
}

/** Objects, each until it is collected. */
class WeakList<T extends object> {
  #refs = new Set<WeakRef<T>>();
  #most = 64;

  add(value: T): void {
    this.#refs.add(new WeakRef(value));
    if (this.#refs.size < this.#most) return;
    this.#refs = new Set([...this.#refs].filter((each) => each.deref() !== undefined));
    this.#most = Math.max(64, this.#refs.size * 2);
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (const ref of this.#refs) {
      const value = ref.deref();
      if (value !== undefined) yield value;
    }
  }
}

const gates = new WeakList<KnownGate>();
const others = new WeakList<Openable>();

/** Makes {@link openAllGates} open a gate, and the counts of waits contain it, until it is collected. */
export function rememberGate(gate: KnownGate): void {
  gates.add(gate);
}

/** Makes {@link openAllGates} open an object too, until it is collected. */
export function rememberOpenable(openable: Openable): void {
  others.add(openable);
}

/**
 * Makes all waiters try again at all gates that this thread knows. Call it when a thread was killed: it may have been
 * about to wake a waiter, or have been woken and not passed it on. Call it when a thread was interrupted, too: it may
 * be asleep.
 */
export function openAllGates(): void {
  for (const gate of gates) gate.openAll();
  for (const openable of others) openable.openAll();
}

/** Makes the waiters try again that wait for a thread which has ended. Call it when one has. */
export function openEndedGates(): void {
  for (const gate of gates) if (gate.hasWaiters && gate.isEnded?.() === true) gate.openAll();
}

/** How many promises of this thread wait at gates. */
export function countGateWaits(): number {
  let count = 0;
  for (const gate of gates) count += gate.size;
  return count;
}

/** What promises of this thread wait for at gates, if that has a name. */
export function gateWaits(): CurrentWait[] {
  return [...gates].flatMap(({ size, waitsFor }) => (size > 0 && waitsFor !== undefined ? waitsFor : []));
}

let blockedAt: KnownGate | undefined;
let blockingListener: (() => void) | undefined;

/** The gate at which this thread is blocked; `undefined` while it runs. */
export function blockingGate(): KnownGate | undefined {
  return blockedAt;
}

/** Sets what is called before this thread is blocked at a gate, and after that; `undefined` for nothing. */
export function onBlocking(listener: (() => void) | undefined): void {
  blockingListener = listener;
}

/** Whether this thread is watched while it is blocked. */
export function isBlockingWatched(): boolean {
  return blockingListener !== undefined;
}

/** Says that this thread will be blocked at a gate. Returns what {@link endBlocking} takes. */
export function beginBlocking(gate: KnownGate): KnownGate | undefined {
  const outer = blockedAt;
  blockingListener?.();
  blockedAt = gate;
  return outer;
}

/** @param outer the gate at which the thread was blocked before: an idle hook may block inside a wait. */
export function endBlocking(outer: KnownGate | undefined): void {
  blockingListener?.();
  blockedAt = outer;
}
