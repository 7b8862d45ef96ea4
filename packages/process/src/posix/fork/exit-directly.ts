import { libc } from "../calls/libc.ts";

let direct = false;

/**
 * Makes every way out of this process end in `_exit`. For forked children: Node's own way out waits for threads that the
 * child does not have.
 *
 * Exit handlers run as ever, once, and the exit code is what it would have been.
 */
export function exitDirectly(): void {
  if (direct) return;
  direct = true;
  const leave = (code: unknown) => libc()._exit(Number(process.exitCode ?? code ?? 0) & 0xff);
  // The last thing that process.exit() does.
  Object.assign(process, { reallyExit: leave });
  const emit = process.emit as (event: string, ...args: unknown[]) => boolean;
  // Where the event loop ends by itself, nothing of JavaScript follows the handlers of "exit".
  process.emit = function (this: NodeJS.Process, event: string, ...args: unknown[]) {
    const heard = emit.call(this, event, ...args);
    if (event === "exit") leave(args[0]);
    return heard;
  } as typeof process.emit;
  // After an error that nobody catches, the handlers run before Node tells of the error, which it then has no time for.
  process.prependListener("uncaughtExceptionMonitor", (error) => {
    if (process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback()) return;
    const { inspect } = process.getBuiltinModule("node:util");
    process.getBuiltinModule("node:fs").writeSync(2, `Uncaught ${inspect(error)}\n`);
    process.exit(1);
  });
}
