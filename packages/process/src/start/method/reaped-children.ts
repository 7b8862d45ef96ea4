import { libc } from "../../posix/calls/libc.ts";
import { exitCodeOfStatus } from "../../posix/calls/wait-status.ts";
import type { Exit } from "../start-method.ts";

const WNOHANG = 1;
const statusLost = 255;

/**
 * Waits for the end of a child that this process forked itself, and reaps it.
 *
 * @param closed settles when its channel is closed, which is nearly always its end.
 */
export function reaped(pid: number, closed: Promise<void>): Promise<Exit> {
  return new Promise((resolve) => {
    const look = () => {
      const status: [number | null] = [null];
      const ended = libc().waitpid(pid, status, WNOHANG);
      if (ended === 0) return false;
      process.off("SIGCHLD", look);
      // Somebody else may have waited for it, with waitpid(-1).
      resolve({ code: ended === pid ? exitCodeOfStatus(status[0] ?? 0) : statusLost });
      return true;
    };
    process.on("SIGCHLD", look);
    // A signal for several children may come once, and before a listener was there; so the end of the channel is one too.
    const lookOn = () => {
      if (process.listeners("SIGCHLD").includes(look) && !look()) setTimeout(lookOn, 1);
    };
    void closed.then(lookOn);
  });
}
