const flushes = new Set<() => Promise<void>>();

/** Registers a function that {@link flushAll} calls before this thread ends by itself, such as a queue's flush. */
export function flushBeforeEnd(flush: () => Promise<void>): void {
  flushes.add(flush);
}

/** Resolves when every registered flush has finished, so that this thread has no data left to send. */
export async function flushAll(): Promise<void> {
  await Promise.all([...flushes].map((flush) => flush()));
}
