import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * Whether a module is the one that the program was started with. A child has its parent's `process.argv`, so that this
 * holds there as well.
 */
export function isMainModule(url: string): boolean {
  const [, main] = process.argv;
  if (main === undefined || !url.startsWith("file:")) return false;
  if (fileURLToPath(url) === main) return true;
  // `node job` may stand for job.js.
  return withoutExtension(url) === resolved(main);
}

const known = new Map<string, string>();

function resolved(path: string): string {
  let url = known.get(path);
  if (url === undefined) {
    url = withoutExtension(pathToFileURL(existsSync(path) ? realpathSync(path) : path).href);
    known.set(path, url);
  }
  return url;
}

function withoutExtension(url: string): string {
  return url.replace(/\.[cm]?[jt]sx?$/, "");
}
