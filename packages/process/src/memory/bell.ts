import { closeSync, constants, unlinkSync, writeSync } from "node:fs";
import { whilePermitted } from "../base/permission.ts";
import { openOwn } from "../posix/calls/own-file.ts";
import { ownedPath } from "./file-path.ts";
import { memoryCalls } from "./memory-calls.ts";
import { type SystemThread, thisThread } from "./system-thread.ts";

/** Words of mapped memory that this thread's event loop watches. */
export interface Watches {
  /** Calls back for the words whose watch another thread has taken. */
  check(): void;
  /** Passes on the wake-ups that were taken, because this thread ends. */
  passOn(): void;
  /** Forgets all watches, in a forked child. */
  forget(): void;
}

const watched = new Set<Watches>();

/** The number in the name of this thread's bell; 0 while it has none. */
let ownName = 0;

/**
 * Checks these watches from now on when another thread has rung this thread's bell, until {@link ignoreBell}.
 *
 * A bell is a named pipe that the event loop reads. A futex wakes a thread, but it cannot wake an event loop. The
 * alternative is one more thread for each event loop that waits, in Node's pool or beside it, asleep on the futex.
 *
 * @returns the random number in the name of this thread's bell; 0 when it cannot have one now. Without the number,
 *   another user could guess the name and put a file there first.
 */
export function listenToBell(watches: Watches): number {
  watched.add(watches);
  if (ownName === 0) createBell();
  return ownName;
}

/** Ends {@link listenToBell}. */
export function ignoreBell(watches: Watches): void {
  watched.delete(watches);
}

/** Rings the bell of a thread. Returns false when the thread has ended or has no bell. */
export function ringBell(owner: SystemThread, name: number): boolean {
  if (name === 0) return false;
  let fd: number;
  try {
    fd = openOwn(pathOf(owner, name), constants.O_WRONLY, "pipe");
  } catch {
    return false;
  }
  try {
    writeSync(fd, "!");
  } catch {
    // The pipe is full, so its reader is going to wake up.
  } finally {
    closeSync(fd);
  }
  return true;
}

/** Makes a forked child forget the bell and the watches of its parent. */
export function forgetBell(): void {
  for (const each of watched) each.forget();
  watched.clear();
  ownName = 0;
}

// Throws when Node's permission model forbids sockets. Does nothing when it is impossible now: no named pipes here, no
// folder, or no free descriptor.
function createBell(): void {
  const name = process.getBuiltinModule("node:crypto").randomInt(1, 2 ** 32);
  const path = pathOf(thisThread(), name);
  try {
    memoryCalls().makePipe(path);
  } catch {
    return;
  }
  let fd: number;
  try {
    // Opened for writing too: with no writer left, a reader sees the end of the file each time a ringing thread closes
    // the pipe.
    fd = openOwn(path, constants.O_RDWR, "pipe");
  } catch {
    remove(path);
    return;
  }
  try {
    readRings(fd);
  } catch (error) {
    closeSync(fd);
    remove(path);
    throw error;
  }
  ownName = name;
  process.once("exit", () => {
    // In a process that was forked since, the bell is that of the parent.
    if (ownName !== name) return;
    remove(path);
    for (const each of watched) each.passOn();
  });
}

function readRings(fd: number): void {
  const { Socket } = process.getBuiltinModule("node:net");
  const pipe = whilePermitted(
    "Cannot wait for another process",
    () => new Socket({ fd, readable: true, writable: false }),
  );
  pipe.on("data", checkWatches).unref();
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

function checkWatches(): void {
  for (const each of [...watched]) each.check();
}
