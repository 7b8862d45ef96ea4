import { libc } from "../calls/libc.ts";
import { systemError } from "../calls/system-error.ts";
import { findWaited, forgetWaiters, type Waited } from "../node-internals/cancel-waiters.ts";
import { exitWhenLoopEnds } from "../node-internals/loop-end.ts";
import { renewPoolThreads } from "../node-internals/platform-threads.ts";
import { reseed } from "../node-internals/reseed.ts";
import { watchAgain } from "../node-internals/rewatch-loop.ts";
import { forkReadyVariable } from "./exec-fork-ready.ts";
import { exitDirectly } from "./exit-directly.ts";
import { runAfterFork, runBeforeFork, runInParent } from "./fork-hooks.ts";

const SIG_SETMASK = 2;
const signalSetBytes = 128;

/**
 * Forks this process, which must have been started fork-ready and have nothing in flight.
 *
 * The child is put right before this returns: it has an event loop, a pid and random numbers of its own, and ends by
 * `_exit`.
 *
 * @param inChild what else the child gives up of its parent's, such as handlers of signals: signals wait until then, since a
 *   handler of the parent's would take them for the parent.
 * @returns 0 in the child, the child's pid in the parent.
 * @throws what the system answers: EAGAIN when there are too many processes, ENOMEM.
 */
export function forkChild(inChild: () => void = () => {}): number {
  const c = libc();
  // Looked up before: in the child nothing may come before the event loop is its own.
  const loop = c.uvDefaultLoop();
  const waited = findWaited();
  runBeforeFork();
  const mask = Buffer.alloc(signalSetBytes);
  c.sigprocmask(SIG_SETMASK, Buffer.alloc(signalSetBytes, 0xff), mask);
  const pid = c.fork();
  const errno = c.errno();
  if (pid !== 0) {
    c.sigprocmask(SIG_SETMASK, mask, null);
    runInParent(pid < 0 ? null : pid);
    if (pid < 0) throw systemError("fork", errno);
    return pid;
  }
  try {
    becomeChild(loop, waited, inChild);
  } catch (error) {
    // It must not go on as if it were the parent whose fork failed.
    process.getBuiltinModule("node:fs").writeSync(2, `A fork could not become a child: ${(error as Error).stack}\n`);
    c._exit(1);
  }
  c.sigprocmask(SIG_SETMASK, mask, null);
  return 0;
}

function becomeChild(loop: bigint, waited: readonly Waited[], inChild: () => void): void {
  const c = libc();
  forgetWaiters(waited);
  // Until here parent and child share one epoll set, and what the child closes would vanish from the parent's.
  c.uvLoopFork(loop);
  // What the parent caught is told of in the parent: here libuv would wait for it, at the end of whoever listens.
  c.forgetSignals();
  Object.defineProperty(process, "pid", { value: c.getpid(), writable: false, enumerable: true, configurable: true });
  // This one may be forked in turn.
  if (process.env[forkReadyVariable] !== undefined) process.env[forkReadyVariable] = String(process.pid);
  exitDirectly();
  exitWhenLoopEnds();
  renewPoolThreads();
  reseed();
  inChild();
  runAfterFork();
  watchAgain();
}
