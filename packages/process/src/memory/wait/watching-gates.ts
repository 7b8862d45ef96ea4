import { recheckMs } from "./recheck-timer.ts";

/** A gate that the event loop of this thread watches for promises. */
export interface WatchingGate {
  /** Ends the watch, and passes on a wake-up that it has taken. */
  unwatch(): void;
  /** Makes the waiting promises try again, and watches again. */
  retry(): void;
}

/** The gates that the event loop of this thread watches. */
export const watchingGates = new Set<WatchingGate>();

let blockedSince: number | undefined;

/**
 * Lets other threads have the wake-ups of the gates that this thread watches, when its event loop has not run for 50
 * ms because of waits that block it: it may be blocked for hours. It watches them again when its event loop continues.
 * Call it before each sleep.
 *
 * @returns how long the thread may sleep before the next call, in milliseconds.
 */
export function leaveWhileBlocked(): number {
  if (watchingGates.size === 0) return Number.POSITIVE_INFINITY;
  const now = performance.now();
  if (blockedSince === undefined) {
    blockedSince = now;
    queueMicrotask(() => {
      blockedSince = undefined;
    });
  }
  const left = recheckMs - (now - blockedSince);
  if (left > 0) return left;
  for (const gate of [...watchingGates]) {
    gate.unwatch();
    gate.retry();
  }
  return Number.POSITIVE_INFINITY;
}
