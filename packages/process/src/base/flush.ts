/** Data of this thread that no other thread can get yet, such as items that a queue keeps. */
export interface UnsentData {
  /** Resolves when none is left. */
  flushed(): Promise<void>;
  /** Blocks this thread until none is left or time runs out. Returns whether none is left. */
  flushSync(waitMs: number): boolean;
  /** What is left, for messages: "40 values of a Queue"; empty when none is. */
  describe(): string;
}

/** How long unsent data that does not change is waited for before a warning, in milliseconds. */
const warnAfterMs = 5000;

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
 *
 * @param warn called once, with what is left, when that has not changed for 5 s. Default: not called.
 */
export function flushAllSync(warn: (unsent: string) => void = () => {}): void {
  isEnding = true;
  for (const data of kinds) {
    let before = data.describe();
    while (!data.flushSync(warnAfterMs)) {
      const unsent = data.describe();
      if (unsent !== before) {
        before = unsent;
        continue;
      }
      warn(unsent);
      data.flushSync(Number.POSITIVE_INFINITY);
    }
  }
}

/** Calls back once when the data that this thread has not sent has not changed for 5 s. Keeps no program alive. */
export function warnOfUnsent(warn: (unsent: string) => void): void {
  let before = "";
  const timer = setInterval(() => {
    const unsent = describeUnsent();
    if (unsent !== "" && unsent === before) {
      clearInterval(timer);
      warn(unsent);
    }
    before = unsent;
  }, warnAfterMs);
  timer.unref();
}

/** What this thread has not sent, for messages; empty when all is sent. */
export function describeUnsent(): string {
  return kinds
    .map((data) => data.describe())
    .filter((text) => text !== "")
    .join(", ");
}

/** Whether {@link flushAllSync} was called. Later exit handlers may still send data. */
export function isThreadEnding(): boolean {
  return isEnding;
}
