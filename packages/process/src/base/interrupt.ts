const waits = new Set<(error: unknown) => void>();
let check: ((isFirst: boolean) => void) | undefined;

/**
 * Makes the waits of this thread interruptible, or no longer.
 *
 * @param throwPending throws the error of an interrupt that has arrived and that the event loop has not delivered.
 *   `isFirst` as of {@link throwIfInterrupted}.
 */
export function setInterruptCheck(throwPending: ((isFirst: boolean) => void) | undefined): void {
  // A forked child has the waits of its parent.
  waits.clear();
  check = throwPending;
}

/** Whether `interrupt()` can end waits of this thread: it is a child and serves itself. */
export function isInterruptible(): boolean {
  return check !== undefined;
}

/**
 * Ends a blocked wait.
 *
 * @param isFirst whether the wait begins. An interrupt that arrives later wakes it, so a look is rarely necessary.
 * @throws {InterruptError} when an interrupt has arrived.
 */
export function throwIfInterrupted(isFirst: boolean): void {
  check?.(isFirst);
}

/**
 * Registers a wait by a promise, to be ended by an interrupt.
 *
 * @param fail rejects the promise.
 * @returns a function that removes it; idempotent.
 */
export function onInterrupt(fail: (error: unknown) => void): () => void {
  if (check === undefined) return () => {};
  // Each call has an entry of its own.
  const entry = (error: unknown) => fail(error);
  waits.add(entry);
  return () => waits.delete(entry);
}

/** Rejects all registered waits. Returns whether there were any. */
export function interruptWaits(error: unknown): boolean {
  const all = [...waits];
  waits.clear();
  for (const fail of all) fail(error);
  return all.length > 0;
}
