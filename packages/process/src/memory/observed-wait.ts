import type { WaitOptions } from "../base/deadline.ts";
import type { Observer, WaitDetails } from "../base/observer.ts";
import type { Attempt, Gate } from "./gate.ts";

/** What an observed wait is for; how it waits is known here. */
export type WaitSubject = Omit<WaitDetails, "isBlocking" | "isLimited">;

/** Waits at a gate as `Gate.wait` does, and reports the wait to the observer. */
export async function waitObserved(
  observer: Observer,
  subject: WaitSubject,
  gate: Gate,
  attempt: Attempt,
  options: WaitOptions = {},
  isInterruptible = true,
): Promise<boolean> {
  const isLimited = options.timeoutMs !== undefined || options.signal !== undefined;
  const wait = observer.wait({ ...subject, isBlocking: false, isLimited });
  try {
    return await gate.wait(() => wait.tried(attempt()), options, isInterruptible);
  } finally {
    wait.end();
  }
}

/** Waits at a gate as `Gate.waitSync` does, and reports the wait to the observer. */
export function waitObservedSync(
  observer: Observer,
  subject: WaitSubject,
  gate: Gate,
  attempt: Attempt,
  timeoutMs: number,
  options: Parameters<Gate["waitSync"]>[2] = {},
): boolean {
  const wait = observer.wait({ ...subject, isBlocking: true, isLimited: timeoutMs !== Number.POSITIVE_INFINITY });
  try {
    return gate.waitSync(() => wait.tried(attempt()), timeoutMs, options);
  } finally {
    wait.end();
  }
}
