import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Task, thisProcess } from "./system-task.ts";

/** What the name of each file of ours begins with. */
export const filePrefix = "manyhands-";

/** How long the escaped form of a name may be, that file systems take it. */
const longestName = 200;

let folder: string | undefined;
let root: Task | undefined;

/** Where mapped files live: in memory on Linux, else where temporary files do. */
export function directory(): string {
  folder ??= isWritable("/dev/shm") ? "/dev/shm" : tmpdir();
  return folder;
}

/** A path that no other file has. */
export function freshPath(kind: string, owner: Task): string {
  const name = process.getBuiltinModule("node:crypto").randomBytes(6).toString("hex");
  return ownedPath(kind, owner, name);
}

/**
 * The path of a file that belongs to a task and is swept away after its end.
 *
 * @param name tells it from others of the same kind and owner. Default: nothing.
 */
export function ownedPath(kind: string, owner: Task, name = ""): string {
  return join(directory(), `${filePrefix}${kind}-${owner.id}-${owner.start}${name && `-${name}`}`);
}

/** The path of a segment that has a name of the user's; any text is one, path separators and line ends included. */
export function namedPath(name: string): string {
  // No text is escaped to what begins like its digest here.
  return join(directory(), `${filePrefix}named-${escaped(name) ?? `%-${digestOf(name)}`}`);
}

/** Reads whose a file is from its name, as {@link ownedPath} wrote it. */
export function ownerOf(name: string): Task | undefined {
  const [, kind, id, start] = /^manyhands-([a-z]+)-(\d+)-(\d+)/.exec(name) ?? [];
  return kind === undefined || kind === "named" ? undefined : { id: Number(id), start: Number(start) };
}

/**
 * The first process of those that share memory: where it and all who share with it have ended, their files are swept away.
 * A process that opens the memory of others before it makes its own belongs to their family.
 */
export function family(): Task {
  root ??= thisProcess();
  return root;
}

/** Joins the family of a segment that was opened, unless this process has one. */
export function joinFamily(of: Task): void {
  root ??= of;
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
