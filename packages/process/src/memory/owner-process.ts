import { type SystemThread, thisProcess } from "./system-thread.ts";

let owner: SystemThread | undefined;

/**
 * The process that owns the files which this process makes, by its first thread. It is the first process of a program
 * that mapped memory. A process that opens existing memory before it makes its own has the owner of that memory.
 *
 * A file is removed when its owner and all its users have ended.
 */
export function ownerProcess(): SystemThread {
  owner ??= thisProcess();
  return owner;
}

/** Takes the owner of a segment that this process opened, unless this process has an owner. */
export function inheritOwner(from: SystemThread): void {
  owner ??= from;
}
