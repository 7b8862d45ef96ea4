import { libc } from "../calls/libc.ts";
import { dropTicks, leaveRunning } from "./pending-callbacks.ts";
import { silence } from "./silence-handles.ts";

/**
 * Ends all JavaScript that is under way, in a forked child: neither `catch` nor `finally` runs, nothing of it goes on.
 *
 * V8 terminates an execution so for a debugger or a watchdog, and can go on afterwards: where microtasks run, behind all of them,
 * which it drops, and else where the event loop called JavaScript.
 *
 * @param begin what the child does instead, in the next round of the event loop.
 */
export function abandonStack(begin: () => void): never {
  const { goOnAfterMicrotasks, terminateExecution } = libc();
  leaveRunning();
  silence(() => {
    goOnAfterMicrotasks(false);
    begin();
  });
  goOnAfterMicrotasks(true);
  dropTicks(terminateExecution);
  terminateExecution();
  for (;;);
}
