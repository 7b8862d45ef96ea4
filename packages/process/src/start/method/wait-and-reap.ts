import { libc } from "../../posix/calls/libc.ts";
import { ECHILD, WNOHANG } from "../../posix/calls/linux-constants.ts";
import { exitCodeOfStatus } from "../../posix/calls/wait-status.ts";
import type { Exit } from "../start-method.ts";

const statusLost = 255;

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
      process.off("SIGCHLD", check);
      // Other code may have reaped it, with waitpid(-1).
      resolve({ code: ended === pid ? exitCodeOfStatus(status[0] ?? 0) : statusLost });
      return true;
    };
    process.on("SIGCHLD", check);
    // The kernel merges signals of several children, and may send one before the listener exists. So the end of the
    // channel starts a check as well.
    const checkUntilReaped = () => {
      if (process.listeners("SIGCHLD").includes(check) && !check()) setTimeout(checkUntilReaped, 1);
    };
    void closed.then(checkUntilReaped);
  });
}
