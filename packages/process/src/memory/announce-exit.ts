import { sweep } from "./sweep.ts";
import { strikeThread, threadTable } from "./thread-registry.ts";

/**
 * Makes what this program's threads share known to the Workers that start from now on. Call it before starting one.
 */
export function shareWithThreads(): void {
  threadTable();
}

/**
 * Tells that a child has ended: what it held is handed on, what only it used is removed. Call it when its exit is known.
 *
 * @param threadId as `worker_threads` counts; 0 for a child with a process of its own.
 */
export function announceDeath(threadId: number): void {
  if (threadId !== 0) strikeThread(threadId);
  else sweep();
}
