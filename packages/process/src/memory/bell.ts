import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { ownedPath } from "./file-path.ts";
import { libc } from "./memory-calls.ts";
import { type SystemThread, thisThread } from "./system-thread.ts";

/** One watch of a word. */
interface WordWatch {
  readonly words: Int32Array;
  readonly word: number;
  readonly value: number;
  readonly onWake: () => void;
}

const watches = new Set<WordWatch>();
const pollMs = 5;

let hasBell = false;
let canCreateBell = true;

/**
 * Calls back from the event loop when the word no longer has the value and another thread has rung this thread's bell.
 *
 * A bell is a named pipe that the event loop reads. A futex wakes a thread, but it cannot wake an event loop. The
 * alternative is one more thread for each event loop that waits, in Node's pool or beside it, asleep on the futex.
 *
 * @returns a function that cancels the watch.
 */
export function watchWord(watch: WordWatch): () => void {
  watches.add(watch);
  createBell();
  return () => watches.delete(watch);
}

/** Rings the bell of a thread. Does nothing when the thread has ended. */
export function ringBell(owner: SystemThread): void {
  try {
    const fd = openSync(ownedPath("bell", owner), constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      // A full pipe throws; its reader is going to wake up anyway.
      writeSync(fd, "!");
    } finally {
      closeSync(fd);
    }
  } catch {}
}

/** Makes a forked child forget the bell and the watches of its parent. */
export function forgetBell(): void {
  watches.clear();
  hasBell = false;
}

function createBell(): void {
  if (!canCreateBell) pollWords();
  if (hasBell || !canCreateBell) return;
  const path = ownedPath("bell", thisThread());
  try {
    libc().makePipe(path);
  } catch {
    canCreateBell = false;
    pollWords();
    return;
  }
  hasBell = true;
  // Opened for writing too: with no writer left, a reader sees the end of the file each time a ringing thread closes
  // the pipe.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const { Socket } = process.getBuiltinModule("node:net");
  new Socket({ fd, readable: true, writable: false }).on("data", notifyWatches).unref();
  process.once("exit", () => {
    try {
      // Reads the thread's id again: in a process that was forked since, `path` is the bell of the parent.
      unlinkSync(ownedPath("bell", thisThread()));
    } catch {}
  });
}

// Replaces the bell where named pipes do not work: checks the words by a timer while there are watches.
function pollWords(): void {
  if (watches.size === 0) return;
  setTimeout(() => {
    notifyWatches();
    pollWords();
  }, pollMs).unref();
}

function notifyWatches(): void {
  const changed = [...watches].filter(({ words, word, value }) => Atomics.load(words, word) !== value);
  for (const watch of changed) watches.delete(watch);
  for (const { onWake } of changed) onWake();
}
