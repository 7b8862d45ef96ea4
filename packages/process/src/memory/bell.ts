import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { ownedPath } from "./directory.ts";
import { libc } from "./memory-calls.ts";
import { type Task, thisTask } from "./system-task.ts";

/** One watch of a word. */
interface Watch {
  readonly words: Int32Array;
  readonly word: number;
  readonly value: number;
  readonly woken: () => void;
}

const watches = new Set<Watch>();
const pollMs = 5;

let isHung = false;
let canHang = true;

/**
 * Calls back from the event loop when the word no longer has the value and somebody has rung this thread's bell.
 *
 * The bell is a named pipe that the event loop reads. A futex can wake a thread but not an event loop, and a thread that
 * sleeps in its place, in Node's pool or beside it, would be one for each event loop that waits.
 *
 * @returns what cancels.
 */
export function watchBell(watch: Watch): () => void {
  watches.add(watch);
  hang();
  return () => watches.delete(watch);
}

/** Rings the bell of a thread; nothing happens when the thread is gone. */
export function ring(owner: Task): void {
  try {
    const fd = openSync(ownedPath("bell", owner), constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      // A full pipe throws; its reader has enough to wake up for.
      writeSync(fd, "!");
    } finally {
      closeSync(fd);
    }
  } catch {}
}

/** Forgets the bell of the process that this one was forked from. */
export function dropBell(): void {
  watches.clear();
  isHung = false;
}

function hang(): void {
  if (!canHang) poll();
  if (isHung || !canHang) return;
  const path = ownedPath("bell", thisTask());
  try {
    libc().makePipe(path);
  } catch {
    canHang = false;
    poll();
    return;
  }
  isHung = true;
  // Opened for writing too: a reader by itself would see the end of the file each time a ringer leaves.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const { Socket } = process.getBuiltinModule("node:net");
  new Socket({ fd, readable: true, writable: false }).on("data", answer).unref();
  process.once("exit", () => {
    try {
      // Asked again: in a process that was forked meanwhile, this is not the bell of its parent.
      unlinkSync(ownedPath("bell", thisTask()));
    } catch {}
  });
}

// Where there are no named pipes: looks by itself, as long as somebody waits.
function poll(): void {
  if (watches.size === 0) return;
  setTimeout(() => {
    answer();
    poll();
  }, pollMs).unref();
}

function answer(): void {
  const rung = [...watches].filter(({ words, word, value }) => Atomics.load(words, word) !== value);
  for (const watch of rung) watches.delete(watch);
  for (const { woken } of rung) woken();
}
