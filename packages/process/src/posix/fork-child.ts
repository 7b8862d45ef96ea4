import { runAfterFork } from "./after-fork.ts";
import { findWaited, forgetWaiters } from "./dead-waiters.ts";
import { forkReadyVariable } from "./exec-fork-ready.ts";
import { exitDirectly } from "./exit-directly.ts";
import { libc } from "./libc.ts";
import { exitWhenLoopEnds } from "./loop-end.ts";
import { reseed } from "./reseed.ts";
import { checked } from "./system-error.ts";

/**
 * Forks this process, which must have been started fork-ready and have nothing in flight.
 *
 * The child is put right before this returns: it has an event loop, a pid and random numbers of its own, and ends by
 * `_exit`.
 *
 * @returns 0 in the child, the child's pid in the parent.
 * @throws what the system answers: EAGAIN when there are too many processes, ENOMEM.
 */
export function forkChild(): number {
  const c = libc();
  // Looked up before: in the child nothing may come before the event loop is its own.
  const loop = c.uvDefaultLoop();
  const waited = findWaited();
  const pid = checked("fork", c.fork());
  if (pid !== 0) return pid;
  forgetWaiters(waited);
  // Until here parent and child share one epoll set, and what the child closes would vanish from the parent's.
  c.uvLoopFork(loop);
  Object.defineProperty(process, "pid", { value: c.getpid(), writable: false, enumerable: true, configurable: true });
  // This one may be forked in turn.
  if (process.env[forkReadyVariable] !== undefined) process.env[forkReadyVariable] = String(process.pid);
  exitDirectly();
  exitWhenLoopEnds();
  reseed();
  runAfterFork();
  return 0;
}
