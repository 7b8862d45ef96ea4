const waits = new Set<(error: unknown) => void>();
let check: InterruptCheck | undefined;

/** As {@link throwIfInterrupted}. */
export type InterruptCheck = (isFirst: boolean, describePlace: (() => object) | undefined) => void;

/**
 * Makes the waits of this thread interruptible, or no longer.
 *
 * @param throwPending throws the error of an interrupt that has arrived and that the event loop has not delivered.
 *   Its parameters are those of {@link throwIfInterrupted}.
 */
export function setInterruptCheck(throwPending: InterruptCheck | undefined): void {
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
 * @param describePlace describes where this thread is going to sleep for long, so that an interrupt can wake it
 *   there. Left out before a short sleep.
 * @throws {InterruptError} when an interrupt has arrived.
 */
export function throwIfInterrupted(isFirst: boolean, describePlace?: () => object): void {
  check?.(isFirst, describePlace);
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
