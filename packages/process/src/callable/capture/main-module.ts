import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Whether a module is the program's main one. The same in a child, which has its parent's `process.argv`. */
export function isMainModule(url: string): boolean {
  const [, main] = process.argv;
  if (main === undefined || !url.startsWith("file:")) return false;
  if (fileURLToPath(url) === main) return true;
  // `node job` runs job.js.
  return withoutExtension(url) === resolveMain(main);
}

const resolved = new Map<string, string>();

function resolveMain(path: string): string {
  let url = resolved.get(path);
  if (url === undefined) {
    url = withoutExtension(pathToFileURL(existsSync(path) ? realpathSync(path) : path).href);
    resolved.set(path, url);
  }
  return url;
}

function withoutExtension(url: string): string {
  return url.replace(/\.[cm]?[jt]sx?$/, "");
}
