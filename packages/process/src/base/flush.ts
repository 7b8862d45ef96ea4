/** Data of this thread that no other thread can get yet, such as items that a queue keeps. */
export interface UnsentData {
  /** Resolves when none is left. */
  flushed(): Promise<void>;
  /** Blocks this thread until none is left. */
  flushSync(): void;
}

const kinds: UnsentData[] = [];
let isEnding = false;

/** Registers data that must leave this thread before it ends by itself. */
export function flushBeforeEnd(data: UnsentData): void {
  kinds.push(data);
}

/** Resolves when this thread has no data left to send. */
export async function flushAll(): Promise<void> {
  await Promise.all(kinds.map((data) => data.flushed()));
}

/**
 * Blocks this thread until it has no data left to send. For its exit handler: the event loop runs no more. From now on
 * data must be sent at once, see {@link isThreadEnding}.
 */
export function flushAllSync(): void {
  isEnding = true;
  for (const data of kinds) data.flushSync();
}

/** Whether {@link flushAllSync} was called. Later exit handlers may still send data. */
export function isThreadEnding(): boolean {
  return isEnding;
}
