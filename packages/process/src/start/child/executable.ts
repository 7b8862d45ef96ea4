import { isAbsolute, resolve } from "node:path";

let chosen: string | undefined;

/** The program that children by `spawn` and the fork server run. */
export function executable(): string {
  return chosen ?? process.execPath;
}

/**
 * Sets the Node program that children by `spawn` run, and a fork server that starts later. Python's `set_executable`.
 *
 * @param path the path of a Node binary, also a relative one; `undefined` for the Node that runs this program.
 * @throws {TypeError} when it is not a string.
 *
 * @example
 * setExecutable("/opt/node26/bin/node");
 */
export function setExecutable(path: string | undefined): void {
  if (path !== undefined && (typeof path !== "string" || path === "")) {
    throw new TypeError(`Cannot set the executable: the path is ${JSON.stringify(path)}, write that of a Node binary`);
  }
  chosen = path === undefined || isAbsolute(path) ? path : resolve(path);
}
