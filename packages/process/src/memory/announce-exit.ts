import { sweep } from "./sweep.ts";
import { releaseThread } from "./thread-table.ts";

/**
 * Cleans up after a child that exited: other participants can take its locks, and files that only it used are removed.
 * Call it as soon as the child's exit is known.
 *
 * @param threadId as `worker_threads` counts; 0 for a child with a process of its own.
 */
export function announceExit(threadId: number): void {
  if (threadId !== 0) releaseThread(threadId);
  else sweep();
}
