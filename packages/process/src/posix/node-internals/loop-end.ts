import { libc } from "../calls/libc.ts";

let watched = false;
/** Whether "beforeExit" was emitted, and nothing has come of it so far. */
let told = false;

/**
 * Has this process leave by `process.exit()` when nothing is left that keeps its event loop alive; "beforeExit" is emitted
 * as ever, and may bring the loop something to do. For forked children: when a loop ends by itself, Node waits for the
 * work that V8 gave to threads, and the child's threads stayed with the parent.
 *
 * A handle of libuv holds the loop, and looks in each round, before the loop goes to sleep, whether it is the last.
 */
export function exitWhenLoopEnds(): void {
  told = false;
  // A fork of a fork has the handle already.
  if (watched) return;
  watched = true;
  const { loopIsAlive, onEachRound, uvActiveHandles, uvActiveRequests } = libc();
  const tell = () => {
    const before = uvActiveHandles() + uvActiveRequests();
    process.emit("beforeExit", Number(process.exitCode ?? 0));
    // Asked at once: what came of it may be over before the next round looks.
    if (uvActiveHandles() + uvActiveRequests() > before) told = false;
  };
  onEachRound(() => {
    if (loopIsAlive()) {
      told = false;
      return;
    }
    // What is to run now runs in this very round; if the next finds nothing either, that was all.
    const next = told ? () => process.exit() : tell;
    told = true;
    setImmediate(next);
  });
}
