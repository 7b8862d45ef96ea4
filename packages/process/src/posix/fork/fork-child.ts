import { libc } from "../calls/libc.ts";
import { systemError } from "../calls/system-error.ts";
import { cancelWaiters, findWaitedConditions, type WaitedCondition } from "../node-internals/cancel-waiters.ts";
import { libuv } from "../node-internals/libuv.ts";
import { exitWhenLoopEnds } from "../node-internals/loop-end.ts";
import { renewPlatformThreads } from "../node-internals/platform-threads.ts";
import { reseed } from "../node-internals/reseed.ts";
import { rewatchStreams } from "../node-internals/rewatch-streams.ts";
import { v8Execution } from "../node-internals/v8-execution.ts";
import { forkReadyVariable } from "./exec-fork-ready.ts";
import { exitDirectly } from "./exit-directly.ts";
import { runBeforeFork, runForkInChild, runForkInParent } from "./fork-hooks.ts";

const SIG_SETMASK = 2;
const signalSetBytes = 128;

/**
 * Forks this process, which must have been started fork-ready and have no request under way.
 *
 * The child is initialised before this returns: it has an event loop, a pid and random numbers of its own, and ends
 * by `_exit`.
 *
 * @param dropParentState gives up more of the parent's state in the child, such as signal handlers. Signals are blocked
 *   until it returns, since a handler of the parent would act as in the parent.
 * @returns 0 in the child, the child's pid in the parent.
 * @throws the error of the system: EAGAIN when there are too many processes, ENOMEM.
 */
export function forkChild(dropParentState: () => void = () => {}): number {
  const c = libc();
  // Looked up before the fork: the child must call uv_loop_fork before anything else.
  const loop = libuv().defaultLoop();
  // Bound before the fork: each child would bind it again.
  v8Execution();
  const conditions = findWaitedConditions();
  runBeforeFork();
  const mask = Buffer.alloc(signalSetBytes);
  c.sigprocmask(SIG_SETMASK, Buffer.alloc(signalSetBytes, 0xff), mask);
  const pid = c.fork();
  const errno = c.errno();
  if (pid !== 0) {
    c.sigprocmask(SIG_SETMASK, mask, null);
    runForkInParent(pid < 0 ? null : pid);
    if (pid < 0) throw systemError("fork", errno);
    return pid;
  }
  try {
    initializeChild(loop, conditions, dropParentState);
  } catch (error) {
    // It must not continue: its caller would take it for a parent whose fork failed.
    process.getBuiltinModule("node:fs").writeSync(2, `Cannot initialise a forked child: ${(error as Error).stack}\n`);
    c._exit(1);
  }
  c.sigprocmask(SIG_SETMASK, mask, null);
  return 0;
}

function initializeChild(loop: bigint, conditions: readonly WaitedCondition[], dropParentState: () => void): void {
  const { forgetSignals, loopFork } = libuv();
  cancelWaiters(conditions);
  // Until here parent and child share one epoll set: a descriptor that the child closes would vanish from the
  // parent's.
  loopFork(loop);
  // The parent delivers the signals that it caught. Here, libuv would wait for their delivery when a listener is
  // removed.
  forgetSignals();
  Object.defineProperty(process, "pid", {
    value: libc().getpid(),
    writable: false,
    enumerable: true,
    configurable: true,
  });
  // The child may fork in turn.
  if (process.env[forkReadyVariable] !== undefined) process.env[forkReadyVariable] = String(process.pid);
  exitDirectly();
  exitWhenLoopEnds();
  renewPlatformThreads();
  reseed();
  dropParentState();
  runForkInChild();
  rewatchStreams();
}
