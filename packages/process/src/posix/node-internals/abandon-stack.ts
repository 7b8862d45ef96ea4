import { cancelLoopIteration } from "./cancel-loop-iteration.ts";
import { dropTicks, unwindRunningCallbacks } from "./inherited-timers.ts";
import { v8Execution } from "./v8-execution.ts";

/**
 * Ends all JavaScript that is under way, in a forked child: neither `catch` nor `finally` runs, and no function
 * continues.
 *
 * V8 terminates an execution so for a debugger or a watchdog, and continues afterwards: while microtasks run, behind
 * all of them, which it drops; otherwise where the event loop called JavaScript.
 *
 * @param next what the child runs instead, in the next iteration of the event loop.
 */
export function abandonStack(next: () => void): never {
  const { resumeAfterMicrotasks, terminate } = v8Execution();
  unwindRunningCallbacks();
  cancelLoopIteration(() => {
    resumeAfterMicrotasks(false);
    next();
  });
  resumeAfterMicrotasks(true);
  dropTicks(terminate);
  terminate();
  for (;;);
}
