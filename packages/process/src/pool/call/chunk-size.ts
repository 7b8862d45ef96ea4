/** How many chunks a worker gets of what is left, at least; Python cuts everything into as many from the start. */
const chunksPerWorker = 4;
/** A chunk of less work than this, in milliseconds, is not worth a message. */
const leastMs = 0.25;

/**
 * How many items the next chunk should have.
 *
 * Begins with Python's size, `left / (4 × workers)`, and shrinks with what is left, so that the workers come to their end
 * together however uneven the items are; but not below what a message is worth.
 *
 * @param left how many items are left, ≥ 1.
 * @param meanMs how long an item takes, in milliseconds; `undefined` while nobody knows.
 * @returns 1…`left`.
 *
 * Source: C. D. Polychronopoulos and D. J. Kuck, "Guided Self-Scheduling" (IEEE Transactions on Computers, 1987).
 */
export function guidedChunk(left: number, workers: number, meanMs: number | undefined): number {
  const least = meanMs === undefined ? 1 : Math.ceil(leastMs / Math.max(meanMs, 1e-4));
  return Math.min(left, Math.max(least, Math.ceil(left / (chunksPerWorker * workers))));
}
