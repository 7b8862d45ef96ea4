import { closeSync, existsSync, openSync, readdirSync, readSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { directory, filePrefix, ownerOf } from "./directory.ts";
import { Header } from "./header.ts";
import { isRunning, type Task } from "./system-task.ts";

/**
 * Removes the files of those who have ended: of programs that were killed, and of this one when it ends.
 *
 * @param options.isEnding whether this process is about to end, so that its own threads count as gone. Default: false.
 */
export function sweep(options: { readonly isEnding?: boolean } = {}): void {
  const counts = options.isEnding ? ({ id }: Task) => !existsSync(`/proc/${process.pid}/task/${id}`) : () => true;
  for (const name of readdirSync(directory())) {
    if (!name.startsWith(filePrefix)) continue;
    const path = join(directory(), name);
    const owner = ownerOf(name);
    // Another's file, or one that its last user removes at this moment.
    attempt(() => {
      if (
        owner === undefined || name.startsWith(`${filePrefix}segment`)
          ? isAbandoned(path, counts)
          : !runs(owner, counts)
      ) {
        unlinkSync(path);
      }
    });
  }
}

function isAbandoned(path: string, counts: (task: Task) => boolean): boolean {
  const bytes = new Uint8Array(Header.byteLength);
  const fd = openSync(path, "r");
  try {
    readSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
  const header = new Header(bytes.buffer);
  return header.isValid && !header.isInUse(counts);
}

function runs(task: Task, counts: (task: Task) => boolean): boolean {
  return counts(task) && isRunning(task.id, task.start);
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {}
}
