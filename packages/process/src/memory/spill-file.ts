import { closeSync, constants, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { openOwn } from "../posix/calls/own-file.ts";
import { setUpCleanup } from "./attachment.ts";
import { freshPath } from "./file-path.ts";
import { outOfMemoryError } from "./mapped-file.ts";
import { ownerProcess } from "./owner-process.ts";

/**
 * Writes bytes that are too many for a ring into a file of their own. Returns its path, which is then sent through the
 * ring.
 *
 * @throws {RangeError} when there is not enough memory.
 */
export function writeSpillFile(bytes: Uint8Array): string {
  // A file that is never read is swept after its owner has ended.
  setUpCleanup();
  const path = freshPath("spill", ownerProcess());
  try {
    writeFileSync(path, bytes, { flag: "wx", mode: 0o600 });
  } catch (error) {
    rmSync(path, { force: true });
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw outOfMemoryError(path, bytes.length);
  }
  return path;
}

/** Reads the bytes, and removes the file. */
export function takeSpillFile(path: string): Uint8Array {
  const fd = openOwn(path, constants.O_RDONLY);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
    unlinkSync(path);
  }
}

/** Removes the file of bytes that will not be read. */
export function removeSpillFile(path: string): void {
  unlinkSync(path);
}
