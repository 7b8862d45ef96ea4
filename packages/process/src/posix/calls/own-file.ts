import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats, unlinkSync } from "node:fs";

/** What a path must be to be used. */
export type FileType = "file" | "pipe" | "socket" | "folder";

/** A path in a folder that other users can write to is not what this user put there. */
export class ForeignFileError extends TypeError {
  /** What is wrong with it: "it is a symbolic link". */
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`Cannot use ${path}: ${reason}; remove it, or have its owner remove it`);
    this.reason = reason;
  }
}

/**
 * Opens a file or a named pipe of this user. Another user may have put anything in its place: a symbolic link is not
 * followed, and a pipe without a writer does not block. Node adds O_CLOEXEC.
 *
 * @param flags of open(2).
 * @returns the descriptor.
 * @throws {ForeignFileError} when it is of another type or user; Node's error when it cannot be opened.
 */
export function openOwn(path: string, flags: number, type: "file" | "pipe" = "file"): number {
  let fd: number;
  try {
    fd = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // Some types cannot be opened with these flags, and another user's file cannot be opened at all.
    checkOwn(path, type);
    throw error;
  }
  try {
    const reason = reasonAgainst(fstatSync(fd), type);
    if (reason !== undefined) throw new ForeignFileError(path, reason);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Whether a path is of this type and belongs to this user. Does not follow a symbolic link. */
export function isOwn(path: string, type: FileType): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && reasonAgainst(found, type) === undefined;
}

/** @throws {ForeignFileError} when there is something else at the path, or something of another user. */
export function checkOwn(path: string, type: FileType): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const reason = found && reasonAgainst(found, type);
  if (reason !== undefined) throw new ForeignFileError(path, reason);
}

/**
 * Removes the name of a file, pipe or socket of this user.
 *
 * @throws {ForeignFileError} when it is of another type or user; Node's error when it cannot be removed.
 */
export function removeOwn(path: string, type: "file" | "pipe" | "socket" = "file"): void {
  checkOwn(path, type);
  unlinkSync(path);
}

/** Whether this user owns what a path or a descriptor refers to. Windows has no owners of this kind. */
export function isOwnedByThisUser({ uid }: Stats): boolean {
  return process.platform === "win32" || uid === process.geteuid?.();
}

function reasonAgainst(found: Stats, type: FileType): string | undefined {
  if (found.isSymbolicLink()) return "it is a symbolic link";
  if (!isOwnedByThisUser(found)) return "it belongs to another user";
  const isType = {
    file: () => found.isFile(),
    pipe: () => found.isFIFO(),
    socket: () => found.isSocket(),
    folder: () => found.isDirectory(),
  };
  if (!isType[type]()) return `it is not a ${type === "pipe" ? "named pipe" : type}`;
  // Others could replace what is in such a folder.
  const isShared = type === "folder" && process.platform !== "win32" && (found.mode & 0o077) !== 0;
  return isShared ? "other users may enter it" : undefined;
}
