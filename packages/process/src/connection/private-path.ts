import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readProcStat } from "../posix/calls/proc-stat.ts";
import { socketFolder } from "./socket-folder.ts";

// The prefix of the folders' names; the pid and start time of the process that created it follow.
const prefix = "manyhands-socket-";
const ownFolders = new Set<string>();

/** A path for a Unix socket, or the name of a Windows pipe, that no other process uses. */
export interface PrivatePath {
  readonly path: string;
  /** Removes the folder. Idempotent. */
  remove(): void;
}

/**
 * Creates a path for a Unix socket in a new folder that only this user can enter (mode 0700). This process removes
 * the folder at its exit at the latest. Also removes folders of processes that were killed.
 */
export function createPrivatePath(): PrivatePath {
  if (process.platform === "win32") {
    const name = process.getBuiltinModule("node:crypto").randomBytes(16).toString("hex");
    return { path: `\\\\.\\pipe\\manyhands-${process.pid}-${name}`, remove() {} };
  }
  removeAbandoned();
  const folder = mkdtempSync(join(socketFolder(), `${prefix}${process.pid}-${startTimeOf(process.pid)}-`));
  if (ownFolders.size === 0) process.on("exit", removeAll);
  ownFolders.add(folder);
  return { path: join(folder, "listener"), remove: () => remove(folder) };
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  ownFolders.delete(folder);
  if (ownFolders.size === 0) process.off("exit", removeAll);
}

function removeAll(): void {
  for (const folder of ownFolders) remove(folder);
}

function removeAbandoned(): void {
  for (const name of readdirSync(socketFolder())) {
    const [, pid, startTime] = name.startsWith(prefix) ? name.slice(prefix.length - 1).split("-") : [];
    if (pid === undefined || !hasExited(Number(pid), startTime as string)) continue;
    try {
      rmSync(join(socketFolder(), name), { recursive: true, force: true });
    } catch {
      // Another user's folder, which this one may not remove.
    }
  }
}

function hasExited(pid: number, startTime: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  return startTime !== startTimeOf(pid);
}

// The system reuses pids; the start time distinguishes the processes. `"0"` where the system has no `/proc`.
function startTimeOf(pid: number): string {
  const stat = readProcStat(pid);
  return typeof stat === "string" ? "0" : String(stat.startTicks);
}
