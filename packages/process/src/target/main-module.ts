import { realpathSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * Whether a module is the one that the program was started with. A child has its parent's `process.argv`, so that this
 * holds there as well.
 */
export function isMainModule(url: string): boolean {
  const [, main] = process.argv;
  if (main === undefined || !url.startsWith("file:")) return false;
  // `node job` may stand for job.js.
  return (
    fileURLToPath(url) === main ||
    url.replace(/\.[cm]?[jt]sx?$/, "") === pathToFileURL(resolved(main)).href.replace(/\.[cm]?[jt]sx?$/, "")
  );
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
