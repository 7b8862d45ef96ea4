import { libc } from "../../posix/calls/libc.ts";
import { ECHILD, WNOHANG } from "../../posix/calls/linux-constants.ts";
import { exitCodeOfStatus } from "../../posix/calls/wait-status.ts";
import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import type { Exit } from "../start-method.ts";

const statusLost = 255;

/** Reaps one child if it has ended, and returns whether it has. */
type Check = () => boolean;

/** The checks of all children. One listener serves them all: Node warns about more than ten. */
const checks = new Set<Check>();
const checkAll = () => {
  for (const check of checks) check();
};

// A forked child has none of its parent's children. Its signal listeners are removed.
onForkInChild(() => checks.clear());

/**
 * Waits for the end of a child that this process forked, and reaps it.
 *
 * @param closed settles when the child's channel is closed, which nearly always means that it has ended.
 */
export function waitAndReap(pid: number, closed: Promise<void>): Promise<Exit> {
  return new Promise((resolve) => {
    const check = () => {
      const status: [number | null] = [null];
      const ended = libc().waitpid(pid, status, WNOHANG);
      if (ended === 0 || (ended < 0 && libc().errno() !== ECHILD)) return false;
      checks.delete(check);
      if (checks.size === 0) process.off("SIGCHLD", checkAll);
      // Other code may have reaped it, with waitpid(-1).
      resolve({ code: ended === pid ? exitCodeOfStatus(status[0] ?? 0) : statusLost });
      return true;
    };
    if (checks.size === 0) process.on("SIGCHLD", checkAll);
    checks.add(check);
    // The kernel merges signals of several children, and may send one before the listener exists. So the end of the
    // channel starts a check as well.
    const checkUntilReaped = () => {
      if (checks.has(check) && !check()) setTimeout(checkUntilReaped, 1);
    };
    void closed.then(checkUntilReaped);
  });
}
