import { libc } from "../calls/libc.ts";

let isDirect = false;

/**
 * Makes this process end by `_exit`, however it ends. For forked children: Node's own exit waits for threads that the
 * child does not have.
 *
 * Exit handlers run once, as usual, and the exit code stays the same.
 */
export function exitDirectly(): void {
  if (isDirect) return;
  isDirect = true;
  const exitNow = (code: unknown) => {
    writeCoverage();
    libc()._exit(Number(process.exitCode ?? code ?? 0) & 0xff);
  };
  // process.exit() calls it last.
  Object.assign(process, { reallyExit: exitNow });
  const emit = process.emit as (event: string, ...args: unknown[]) => boolean;
  // When the event loop ends by itself, no JavaScript runs after the handlers of "exit".
  process.emit = function (this: NodeJS.Process, event: string, ...args: unknown[]) {
    const hadListeners = emit.call(this, event, ...args);
    if (event === "exit") exitNow(args[0]);
    return hadListeners;
  } as typeof process.emit;
  // After an uncaught error, Node runs the handlers of "exit" before it prints the error: it would never print it.
  process.prependListener("uncaughtExceptionMonitor", (error) => {
    if (process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback()) return;
    const { inspect } = process.getBuiltinModule("node:util");
    process.getBuiltinModule("node:fs").writeSync(2, `Uncaught ${inspect(error)}\n`);
    process.exit(1);
  });
}

// Node writes V8's coverage in the exit that is left out here.
function writeCoverage(): void {
  if (process.env.NODE_V8_COVERAGE === undefined) return;
  try {
    process.getBuiltinModule("node:v8").takeCoverage();
  } catch {
    // Not collected: the variable was set after Node's start.
  }
}
