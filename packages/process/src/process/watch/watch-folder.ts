import { lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SystemThread } from "../../memory/system-thread.ts";
import { isOwn } from "../../posix/calls/own-file.ts";
import { socketFolder } from "../../socket/socket-folder.ts";

/**
 * The folder with the sockets of the programs that allow watching, one for each program. Only this user can enter it.
 *
 * @param options.make makes the folder when it does not exist. Default: false.
 * @returns `undefined` when it does not exist.
 * @throws {Error} when others can enter it, or it is no folder: another user's program could listen there, or answer.
 */
export function watchFolder(options: { readonly make?: boolean } = {}): string | undefined {
  const folder = join(socketFolder(), `manyhands-watch-${process.geteuid?.() ?? 0}`);
  if (options.make === true) makeFolder(folder);
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return undefined;
  if (isOwn(folder, "folder")) return folder;
  throw new Error(`Cannot use ${folder}: it is not a folder that only this user can enter; remove it, or chmod 700 it`);
}

/**
 * The name of a program's socket. It has the PID namespace too, since containers may share the folder and use the same
 * pids. The numbers are in base 36: the path of a socket is short.
 */
export function watchSocketName({ id, start, namespace }: SystemThread): string {
  return `${[namespace, id, start].map((part) => part.toString(36)).join("-")}.sock`;
}

/** Reads the program from the name of its socket; `undefined` for any other name. */
export function readWatchSocketName(name: string): SystemThread | undefined {
  const parts = /^([\da-z]{1,7})-([\da-z]{1,7})-([\da-z]{1,7})\.sock$/.exec(name);
  if (parts === null) return undefined;
  const [namespace, id, start] = parts.slice(1).map((part) => Number.parseInt(part, 36)) as [number, number, number];
  return { id, start, namespace };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
