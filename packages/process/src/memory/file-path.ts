import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { deniedFolderError, isPermissionError, mayUseFolder } from "../base/permission.ts";
import { temporaryFolder } from "../posix/calls/temporary-folder.ts";
import type { SystemThread } from "./system-thread.ts";

const prefix = "manyhands-";

/** What the name of a file says about it. */
export type FileName =
  | { readonly kind: "segment" | "spill" | "draft" | "bell"; readonly owner: SystemThread }
  /** A segment that the user named; its owner is in its head. */
  | { readonly kind: "named" };

type OwnedKind = Exclude<FileName["kind"], "named">;

/** The longest escaped name; file systems limit a file's name to 255 bytes. */
const longestName = 200;

const inMemory = "/dev/shm";
let folder: string | undefined;

/**
 * The folder of mapped files: `/dev/shm` on Linux, which is in memory; else the folder for temporary files.
 *
 * @throws {ManyhandsError} when neither can be written to, or Node's permission model forbids it.
 */
export function directory(): string {
  folder ??= isWritable(inMemory) && mayUseFolder(inMemory) ? inMemory : folderOnDisk();
  return folder;
}

function folderOnDisk(): string {
  try {
    return temporaryFolder();
  } catch (error) {
    const isDenied = isPermissionError(error) && process.platform === "linux";
    throw isDenied ? deniedFolderError("Cannot share memory with another process", inMemory) : error;
  }
}

/** A path that no other file has. */
export function freshPath(kind: OwnedKind, owner: SystemThread): string {
  const name = process.getBuiltinModule("node:crypto").randomBytes(6).toString("hex");
  return ownedPath(kind, owner, name);
}

/**
 * The path of a file that belongs to a thread or a process. The file is swept after its owner has ended. The name has
 * the owner's PID namespace, because containers that share the folder use the same pids.
 *
 * @param name hexadecimal digits that other users cannot guess: they could take the path first.
 */
export function ownedPath(kind: OwnedKind, { id, start, namespace }: SystemThread, name: string): string {
  return join(directory(), `${prefix}${kind}-${namespace.toString(16)}-${id}-${start}-${name}`);
}

/** The path of a segment that the user named. Any text is a name, with path separators and line ends. */
export function namedPath(name: string): string {
  // An escaped name never begins with "%-", so a digest is no other name's escaped form.
  return join(directory(), `${prefix}named-${escaped(name) ?? `%-${digestOf(name)}`}`);
}

/** Reads a file's name as {@link ownedPath} and {@link namedPath} write it; `undefined` for any other name. */
export function readFileName(name: string): FileName | undefined {
  if (name.startsWith(`${prefix}named-`)) return { kind: "named" };
  const [, kind, namespace = "", id, start] =
    /^manyhands-(segment|spill|draft|bell)-([\da-f]{1,8})-(\d{1,10})-(\d{1,10})-[\da-f]{1,12}$/.exec(name) ?? [];
  if (kind === undefined) return undefined;
  return {
    kind: kind as OwnedKind,
    owner: { id: Number(id), start: Number(start), namespace: Number.parseInt(namespace, 16) },
  };
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
