import { type SystemThread, thisProcess } from "./system-thread.ts";

let owner: SystemThread | undefined;

/**
 * The process that owns the files which this process makes, by its first thread. It is the first process of a program
 * that mapped memory. A process that opens existing memory before it makes its own has the owner of that memory.
 *
 * A file is removed when its owner and all its users have ended.
 */
export function ownerProcess(): SystemThread {
  owner ??= withUniqueStart(thisProcess());
  return owner;
}

/** Takes the owner of a segment that this process opened, unless this process has an owner. */
export function inheritOwner(from: SystemThread): void {
  owner ??= from;
}

/** Whether the files of an owner are those of this process. */
export function isOwner({ id, start, namespace }: SystemThread): boolean {
  return owner !== undefined && owner.id === id && owner.start === start && owner.namespace === namespace;
}

// Without `/proc` nothing distinguishes this process from one with the same id in another container. A random number
// then takes the place of the start time.
function withUniqueStart(self: SystemThread): SystemThread {
  if (self.namespace !== 0) return self;
  return { ...self, start: process.getBuiltinModule("node:crypto").randomInt(1, 2 ** 30) };
}
