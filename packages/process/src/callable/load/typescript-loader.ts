import { pathToFileURL } from "node:url";
import { TargetError } from "../../base/errors.ts";
import { importerAt } from "./importer.ts";

let enabled: Promise<void> | undefined;

/** Whether a module is TypeScript, or may import some, and nothing has been done so that this thread loads it. */
export function needsTypeScript(url: string): boolean {
  const features = process.features as { typescript?: unknown };
  if (features.typescript || !url.startsWith("file:")) return false;
  return /\.[cm]?tsx?(\?|#|$)/.test(url) || hasLostLoader();
}

// A thread of Node 20 has its parent's options, but not what `--import tsx` did there.
function hasLostLoader(): boolean {
  // Threads are asked for last: where nobody needs them, they are not even loaded.
  return (
    process.execArgv.some((option) => /\btsx\b/.test(option)) &&
    !process.getBuiltinModule("node:worker_threads").isMainThread
  );
}

/**
 * Lets this thread import TypeScript. A worker of Node 20 does not inherit what tsx did to its parent.
 *
 * @param url the module that wants it; tsx is looked up from there, then from where the program is.
 * @throws {TargetError} when tsx is not installed, with how to install it.
 */
export function enableTypeScript(url: string): Promise<void> {
  enabled ??= register(url);
  return enabled;
}

async function register(url: string): Promise<void> {
  const places = [url, pathToFileURL(`${process.cwd()}/program.js`).href].filter((place) => place.startsWith("file:"));
  for (const place of places) {
    // Both, since a TypeScript file is a CommonJS module where its package does not say otherwise.
    const load = importerAt(place);
    const found = await Promise.all([load("tsx/esm/api"), load("tsx/cjs/api")]).catch(ignoreMissing);
    if (found === undefined) continue;
    for (const api of found) (api as unknown as { register(): unknown }).register();
    return;
  }
  throw new TargetError(
    `Cannot import ${url}: Node ${process.version} does not load TypeScript by itself; ` +
      "npm install --save-dev tsx, or run Node 22.18 or newer",
  );
}

function ignoreMissing(error: { code?: unknown }): undefined {
  if (error.code !== "ERR_MODULE_NOT_FOUND" && error.code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
}
