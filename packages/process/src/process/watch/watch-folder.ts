import { lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { socketFolder } from "../../connection/socket-folder.ts";

/**
 * The folder with the sockets of the programs that allow watching, one for each program, named by its pid. Only this
 * user can enter it.
 *
 * @param options.make makes the folder when it does not exist. Default: false.
 * @returns `undefined` when it does not exist.
 * @throws {Error} when others can enter it, or it is no folder: another user's program could listen there, or answer.
 */
export function watchFolder(options: { readonly make?: boolean } = {}): string | undefined {
  const uid = process.getuid?.() ?? 0;
  const folder = join(socketFolder(), `manyhands-watch-${uid}`);
  if (options.make === true) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const isOurs =
    found.isDirectory() && (process.platform === "win32" || (found.uid === uid && (found.mode & 0o077) === 0));
  if (isOurs) return folder;
  throw new Error(`Cannot use ${folder}: it is not a folder that only this user can enter; remove it, or chmod 700 it`);
}
