import { closeSync, existsSync, openSync, readdirSync, readSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { directory, filePrefix, ownerOfFile } from "./file-path.ts";
import { Header } from "./header.ts";
import { isRunning, type SystemThread } from "./system-thread.ts";

/**
 * Removes files whose owners and users have ended: those of killed programs, and those of this program when it ends.
 *
 * @param options.isEnding whether this process is about to end, so that its own threads do not count. Default: false.
 */
export function sweep(options: { readonly isEnding?: boolean } = {}): void {
  const isCounted = options.isEnding
    ? ({ id }: SystemThread) => !existsSync(`/proc/${process.pid}/task/${id}`)
    : () => true;
  for (const name of readdirSync(directory())) {
    if (!name.startsWith(filePrefix)) continue;
    const path = join(directory(), name);
    const owner = ownerOfFile(name);
    // Fails for a file of another user, and for one that its last participant removes now.
    ignoreErrors(() => {
      if (
        owner === undefined || name.startsWith(`${filePrefix}segment`)
          ? isAbandoned(path, isCounted)
          : !runs(owner, isCounted)
      ) {
        unlinkSync(path);
      }
    });
  }
}

function isAbandoned(path: string, isCounted: (thread: SystemThread) => boolean): boolean {
  const bytes = new Uint8Array(Header.byteLength);
  const fd = openSync(path, "r");
  try {
    readSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
  const header = new Header(bytes.buffer);
  return header.isValid && !header.isInUse(isCounted);
}

function runs(thread: SystemThread, isCounted: (thread: SystemThread) => boolean): boolean {
  return isCounted(thread) && isRunning(thread.id, thread.start);
}

function ignoreErrors(action: () => void): void {
  try {
    action();
  } catch {}
}
