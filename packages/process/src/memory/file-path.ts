import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SystemThread } from "./system-thread.ts";

/** The beginning of the name of each file of this package. */
export const filePrefix = "manyhands-";

/** The longest escaped name; file systems limit a file's name to 255 bytes. */
const longestName = 200;

let folder: string | undefined;

/** The folder of mapped files: `/dev/shm` on Linux, which is in memory; else the folder for temporary files. */
export function directory(): string {
  folder ??= isWritable("/dev/shm") ? "/dev/shm" : tmpdir();
  return folder;
}

/** A path that no other file has. */
export function freshPath(kind: string, owner: SystemThread): string {
  const name = process.getBuiltinModule("node:crypto").randomBytes(6).toString("hex");
  return ownedPath(kind, owner, name);
}

/**
 * The path of a file that belongs to a thread or a process. The file is swept after its owner has ended.
 *
 * @param name distinguishes files of the same kind and owner. Default: none.
 */
export function ownedPath(kind: string, owner: SystemThread, name = ""): string {
  return join(directory(), `${filePrefix}${kind}-${owner.id}-${owner.start}${name && `-${name}`}`);
}

/** The path of a segment that the user named. Any text is a name, with path separators and line ends. */
export function namedPath(name: string): string {
  // An escaped name never begins with "%-", so a digest is no other name's escaped form.
  return join(directory(), `${filePrefix}named-${escaped(name) ?? `%-${digestOf(name)}`}`);
}

/** Reads the owner from a file's name, as {@link ownedPath} wrote it. */
export function ownerOfFile(name: string): SystemThread | undefined {
  const [, kind, id, start] = /^manyhands-([a-z]+)-(\d+)-(\d+)/.exec(name) ?? [];
  return kind === undefined || kind === "named" ? undefined : { id: Number(id), start: Number(start) };
}

function escaped(name: string): string | undefined {
  if (!name.isWellFormed()) return undefined;
  const text = encodeURIComponent(name).replaceAll(".", "%2E").replaceAll("*", "%2A");
  return text.length <= longestName ? text : undefined;
}

function digestOf(name: string): string {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(name, "utf16le").digest("hex");
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
