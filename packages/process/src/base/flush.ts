const flushes = new Set<() => Promise<void>>();

/** Has something done before this thread ends by itself, which it does by {@link flushAll}. */
export function flushBeforeEnd(flush: () => Promise<void>): void {
  flushes.add(flush);
}

/** Resolves when nothing that this thread has given away is still on its way out. */
export async function flushAll(): Promise<void> {
  await Promise.all([...flushes].map((flush) => flush()));
}
