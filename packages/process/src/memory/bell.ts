import { closeSync, constants, unlinkSync, writeSync } from "node:fs";
import { openOwn } from "../posix/calls/own-file.ts";
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

/** The number in the name of this thread's bell; 0 while it has none. */
let ownName = 0;
let isPolling = false;

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
  if (ownName === 0 && !createBell()) pollWords();
  return () => watches.delete(watch);
}

/**
 * The random number in the name of this thread's bell; 0 while it has none. Without it, another user could guess the
 * name and put a file there first.
 */
export function bellName(): number {
  return ownName;
}

/** Rings the bell of a thread. Does nothing when the thread has ended or has no bell. */
export function ringBell(owner: SystemThread, name: number): void {
  if (name === 0) return;
  try {
    const fd = openOwn(pathOf(owner, name), constants.O_WRONLY, "pipe");
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
  ownName = 0;
  isPolling = false;
}

/** @returns false when that is impossible now: no named pipes here, no folder, or no free descriptor. */
function createBell(): boolean {
  const name = process.getBuiltinModule("node:crypto").randomInt(1, 2 ** 32);
  const path = pathOf(thisThread(), name);
  try {
    libc().makePipe(path);
  } catch {
    return false;
  }
  let fd: number;
  try {
    // Opened for writing too: with no writer left, a reader sees the end of the file each time a ringing thread closes
    // the pipe.
    fd = openOwn(path, constants.O_RDWR, "pipe");
  } catch {
    remove(path);
    return false;
  }
  ownName = name;
  const { Socket } = process.getBuiltinModule("node:net");
  new Socket({ fd, readable: true, writable: false }).on("data", notifyWatches).unref();
  process.once("exit", () => {
    // In a process that was forked since, the bell is that of the parent.
    if (ownName === name) remove(path);
  });
  return true;
}

function pathOf(owner: SystemThread, name: number): string {
  return ownedPath("bell", owner, name.toString(16));
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made, or another process swept it.
  }
}

// Replaces the bell where there is none: checks the words by a timer while there are watches.
function pollWords(): void {
  if (isPolling) return;
  isPolling = true;
  setTimeout(() => {
    isPolling = false;
    notifyWatches();
    if (watches.size > 0) pollWords();
  }, pollMs).unref();
}

function notifyWatches(): void {
  const changed = [...watches].filter(({ words, word, value }) => Atomics.load(words, word) !== value);
  for (const watch of changed) watches.delete(watch);
  for (const { onWake } of changed) onWake();
}
