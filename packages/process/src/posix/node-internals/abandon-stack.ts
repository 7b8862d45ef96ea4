import { cancelLoopIteration } from "./cancel-loop-iteration.ts";
import { dropTicks, unwindRunningCallbacks } from "./inherited-timers.ts";
import { v8Execution } from "./v8-execution.ts";

/**
 * Ends all JavaScript that is under way, in a forked child: neither `catch` nor `finally` runs, and no function
 * continues.
 *
 * This is V8's `TerminateExecution`, which debuggers and watchdogs use. Outside microtasks, execution resumes in the
 * event loop. During microtasks, V8 drops the remaining ones and resumes after them.
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
