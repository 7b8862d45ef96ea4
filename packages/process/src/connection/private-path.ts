import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { socketFolder } from "./socket-folder.ts";

// What a folder of ours is called: the process that made it follows.
const prefix = "manyhands-socket-";
const mine = new Set<string>();

/** A path for a Unix socket, or the name of a pipe, that nobody has. */
export interface PrivatePath {
  readonly path: string;
  /** Removes the folder. */
  remove(): void;
}

/**
 * Makes a place for a Unix socket in a folder that only this user can enter (mode 0700). The folder is removed at this
 * process's end at the latest; those that killed processes left are removed on the way.
 */
export function privatePath(): PrivatePath {
  if (process.platform === "win32") {
    const name = process.getBuiltinModule("node:crypto").randomBytes(16).toString("hex");
    return { path: `\\\\.\\pipe\\manyhands-${process.pid}-${name}`, remove() {} };
  }
  sweep();
  const folder = mkdtempSync(join(socketFolder(), `${prefix}${process.pid}-${bornAt(process.pid)}-`));
  if (mine.size === 0) process.on("exit", removeAll);
  mine.add(folder);
  return { path: join(folder, "listener"), remove: () => remove(folder) };
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mine.delete(folder);
  if (mine.size === 0) process.off("exit", removeAll);
}

function removeAll(): void {
  for (const folder of mine) remove(folder);
}

function sweep(): void {
  for (const name of readdirSync(socketFolder())) {
    const [, pid, born] = name.startsWith(prefix) ? name.slice(prefix.length - 1).split("-") : [];
    if (pid === undefined || !isGone(Number(pid), born as string)) continue;
    try {
      rmSync(join(socketFolder(), name), { recursive: true, force: true });
    } catch {
      // Another user's; it is theirs to remove.
    }
  }
}

function isGone(pid: number, born: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  return born !== bornAt(pid);
}

// A pid is given anew in time; the moment of birth tells its bearers apart, where the system tells it.
function bornAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] as string;
  } catch {
    return "0";
  }
}
