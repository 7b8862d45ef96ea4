import { readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { family, freshPath } from "./directory.ts";
import { noMemory } from "./mapped-file.ts";
import { beginTenancies } from "./tenancy.ts";

/**
 * Puts bytes that are too many for a ring into a file of their own. Returns its path, which is what goes through the ring.
 *
 * @throws {RangeError} when there is not so much memory.
 */
export function spill(bytes: Uint8Array): string {
  // What nobody reads goes with the family.
  beginTenancies();
  const path = freshPath("spill", family());
  try {
    writeFileSync(path, bytes, { flag: "wx", mode: 0o600 });
  } catch (error) {
    rmSync(path, { force: true });
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw noMemory(path, bytes.length);
  }
  return path;
}

/** Takes the bytes back, and the file with them. */
export function unspill(path: string): Uint8Array {
  const bytes = readFileSync(path);
  unlinkSync(path);
  return bytes;
}

/** Removes the file of bytes that nobody is going to take. */
export function dropSpill(path: string): void {
  unlinkSync(path);
}
