import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";
import { libuv } from "./libuv.ts";

let isWatching = false;
/** Whether "beforeExit" was emitted, and has started nothing so far. */
let hasEmitted = false;

/**
 * Makes this process leave by `process.exit()` when nothing keeps its event loop alive. "beforeExit" is emitted as
 * usual, and may start something. For forked children: when a loop ends by itself, Node waits for the work that V8
 * gave to threads, and the child's threads stayed with the parent.
 *
 * A handle of libuv keeps the loop alive, and checks in each iteration, before the loop sleeps, whether it is the
 * only active handle.
 */
export function exitWhenLoopEnds(): void {
  hasEmitted = false;
  // The fork of a fork inherits the handle.
  if (isWatching) return;
  isWatching = true;
  const { activeHandles, activeRequests, loopIsAlive, onEachIteration } = libuv();
  const emitBeforeExit = () => {
    const before = activeHandles() + activeRequests();
    process.emit("beforeExit", Number(process.exitCode ?? 0));
    // Counted at once: what it started may end before the next iteration's check.
    if (activeHandles() + activeRequests() > before) hasEmitted = false;
  };
  onEachIteration(() => {
    if (loopIsAlive()) {
      hasEmitted = false;
      return;
    }
    // An immediate runs in this same iteration. If the next one finds nothing either, the program is over.
    const next = hasEmitted ? () => process.exit() : emitBeforeExit;
    hasEmitted = true;
    setImmediate(next);
  });
}

/** Whether `process.exit()` ends in `process.reallyExit`, which forked children replace by `_exit`. */
export function check(): InternalCheck {
  return examinePart("process exit", () => {
    const { reallyExit } = process as unknown as { reallyExit?: unknown };
    expectPart(typeof reallyExit === "function", "process.reallyExit to be a function");
    expectPart(/\breallyExit\(/.test(process.exit.toString()), "process.exit() to call process.reallyExit()");
    return "process.exit() calls process.reallyExit()";
  });
}
