import { closeSync, constants, existsSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { openOwn, removeOwn } from "../posix/calls/own-file.ts";
import { hasOwnProc, pidNamespace } from "../posix/calls/pid-namespace.ts";
import { directory, type FileName, readFileName } from "./file-path.ts";
import { Header } from "./header.ts";
import { isOwner } from "./owner-process.ts";
import { hasEnded, type SystemThread } from "./system-thread.ts";

/**
 * Removes files whose owners and users have ended: those of killed programs, and those of this program when it ends.
 * Files stay that belong to another user, or whose owner is in another PID namespace and so may run. Never throws.
 *
 * @param options.isEnding whether this process is about to end, so that its own threads do not count. Default: false.
 */
export function sweep(options: { readonly isEnding?: boolean } = {}): void {
  const isCounted = options.isEnding ? (thread: SystemThread) => !isOwnThread(thread) : () => true;
  for (const name of fileNames()) {
    const file = readFileName(name);
    if (file === undefined) continue;
    try {
      removeIfAbandoned(join(directory(), name), file, isCounted);
    } catch {
      // It stays: another process removes it now, it is of another user, or it cannot be opened.
    }
  }
}

function removeIfAbandoned(path: string, file: FileName, isCounted: (thread: SystemThread) => boolean): void {
  const isAbandoned =
    file.kind === "segment" || file.kind === "named"
      ? isUnusedSegment(path, isCounted)
      : hasEnded(file.owner) || (!isCounted(file.owner) && isKnown(file.owner));
  if (isAbandoned) removeOwn(path, file.kind === "bell" ? "pipe" : "file");
}

function isUnusedSegment(path: string, isCounted: (thread: SystemThread) => boolean): boolean {
  const bytes = new Uint8Array(Header.byteLength);
  const fd = openOwn(path, constants.O_RDONLY);
  try {
    if (readSync(fd, bytes) < bytes.length) return false;
  } finally {
    closeSync(fd);
  }
  const header = new Header(bytes.buffer);
  return header.isValid && isKnown(header.owner) && !header.isInUse(isCounted);
}

// Whether this process can find out if the owner runs. When the file has no namespace number, only files of this
// program are known to be of this namespace.
function isKnown(owner: SystemThread): boolean {
  return owner.namespace !== 0 || isOwner(owner);
}

function isOwnThread({ id, namespace }: SystemThread): boolean {
  if (namespace !== pidNamespace()) return false;
  return hasOwnProc() ? existsSync(`/proc/${process.pid}/task/${id}`) : id === process.pid;
}

// Without a descriptor, or while the folder is missing, a later sweep removes the files.
function fileNames(): string[] {
  try {
    return readdirSync(directory());
  } catch {
    return [];
  }
}
