import { mkdtempSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { hasEnded, thisProcess } from "../memory/system-thread.ts";
import { isOwn, removeOwn } from "../posix/calls/own-file.ts";
import { onForkInChild } from "../posix/fork/fork-hooks.ts";
import { socketFolder } from "./socket-folder.ts";

// The name of a folder: the PID namespace, pid and start time of the process that created it, then random letters.
const folderName = /^manyhands-socket-([\da-f]{1,8})-(\d{1,10})-(\d{1,10})-\w{6}$/;
const socketName = "listener";
const ownFolders = new Set<string>();

// The folders are the parent's, and a forked child has none of its exit handlers.
onForkInChild(() => ownFolders.clear());

/** A path for a Unix socket, or the name of a Windows pipe, that no other process uses. */
export interface PrivatePath {
  readonly path: string;
  /** Removes the folder. Idempotent. */
  remove(): void;
}

/**
 * Creates a path for a Unix socket in a new folder that only this user can enter (mode 0700). This process removes
 * the folder at its exit at the latest. Also removes folders of processes that were killed.
 *
 * @throws {ManyhandsError} when no folder for temporary files can be written to.
 */
export function createPrivatePath(): PrivatePath {
  if (process.platform === "win32") {
    const name = process.getBuiltinModule("node:crypto").randomBytes(16).toString("hex");
    return { path: `\\\\.\\pipe\\manyhands-${process.pid}-${name}`, remove() {} };
  }
  const parent = socketFolder();
  removeAbandoned(parent);
  const { id, start, namespace } = thisProcess();
  const folder = mkdtempSync(join(parent, `manyhands-socket-${namespace.toString(16)}-${id}-${start}-`));
  if (ownFolders.size === 0) process.on("exit", removeAll);
  ownFolders.add(folder);
  return { path: join(folder, socketName), remove: () => remove(folder) };
}

function remove(folder: string): void {
  if (!ownFolders.delete(folder)) return;
  removeFolder(folder);
  if (ownFolders.size === 0) process.off("exit", removeAll);
}

function removeAll(): void {
  for (const folder of ownFolders) remove(folder);
}

function removeAbandoned(parent: string): void {
  for (const name of namesIn(parent)) {
    const [, namespace, pid, start] = folderName.exec(name) ?? [];
    if (namespace === undefined) continue;
    const creator = { id: Number(pid), start: Number(start), namespace: Number.parseInt(namespace, 16) };
    if (hasEnded(creator)) removeFolder(join(parent, name));
  }
}

// Removes what this package puts into such a folder, and nothing else: a folder with other files stays. Another user
// may have put a symbolic link in its place.
function removeFolder(folder: string): void {
  try {
    if (!isOwn(folder, "folder")) return;
    removeSocket(join(folder, socketName));
    rmdirSync(folder);
  } catch {
    // It has other files, or another process removed it.
  }
}

// A process that listened there removes its socket when it closes, at the same time perhaps.
function removeSocket(socket: string): void {
  try {
    if (isOwn(socket, "socket")) removeOwn(socket, "socket");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

// Without a descriptor, or without the right to list the folder, a later call removes abandoned folders.
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
