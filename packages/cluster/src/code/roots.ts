import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The folders to which the URLs of modules are relative, as URLs that end with "/". */
export interface Roots {
  /** The folder of the program. */
  readonly program: string;
  /** The folder of the package `@manyhands/process`. */
  readonly runtime: string;
}

/** The roots of this program: its folder is that of the package.json nearest to its main script. */
export function clientRoots(): Roots {
  return rootsAt(nearestPackage(process.argv[1] === undefined ? process.cwd() : dirname(resolve(process.argv[1]))));
}

/** The roots of a worker program. @param folder the program's folder. Default: that of the nearest package.json. */
export function workerRoots(folder: string = nearestPackage(process.cwd())): Roots {
  return rootsAt(folder);
}

function rootsAt(folder: string): Roots {
  const runtime = new URL(".", import.meta.resolve("@manyhands/process/package.json")).href;
  return { program: folderUrl(folder), runtime };
}

/** The URL of a module under another root; `undefined` when it is not below the first one. */
export function moveUrl(url: string, from: string, to: string): string | undefined {
  return url.startsWith(from) ? `${to}${url.slice(from.length)}` : undefined;
}

/** The path of a root, for messages. */
export function rootPath(root: string): string {
  return fileURLToPath(root);
}

/** The folder of the package.json that is nearest to a folder; without one, the working directory. */
function nearestPackage(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && !/[\\/]node_modules[\\/]/.test(folder)) return folder;
    if (folder === dirname(folder)) return process.cwd();
  }
}

function folderUrl(folder: string): string {
  const { href } = pathToFileURL(resolve(folder));
  return href.endsWith("/") ? href : `${href}/`;
}
