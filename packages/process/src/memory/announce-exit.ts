import { sweep } from "./sweep.ts";
import { forgetRunning } from "./system-thread.ts";
import { releaseThread } from "./thread-table.ts";
import { openAllGates, openEndedGates } from "./wait/known-gates.ts";

/**
 * Cleans up after a child that exited: other participants can take its locks, and files that only it used are removed.
 * Call it as soon as the child's exit is known.
 *
 * @param threadId as `worker_threads` counts; 0 for a child with a process of its own.
 * @param isClean whether the child ended by itself: those check again that wait for what it held. Otherwise it may
 *   have been about to wake a waiter, or have been woken and not passed that on; so all waiters check again.
 */
export function announceExit(threadId: number, isClean: boolean): void {
  forgetRunning();
  if (threadId !== 0) releaseThread(threadId);
  else sweep();
  if (isClean) openEndedGates();
  else openAllGates();
}
