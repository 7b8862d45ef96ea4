import { pathToFileURL } from "node:url";
import { TargetError } from "../../base/errors.ts";
import { createImportAt } from "./dynamic-import.ts";

let enabled: Promise<void> | undefined;

/** Whether a module is TypeScript, or may import TypeScript, and this thread cannot load that yet. */
export function needsTypeScript(url: string): boolean {
  const features = process.features as { typescript?: unknown };
  if (features.typescript || !url.startsWith("file:")) return false;
  return /\.[cm]?tsx?(\?|#|$)/.test(url) || hasLostLoader();
}

// A worker thread of Node 20 has its parent's options, but `--import tsx` does not run in it again.
function hasLostLoader(): boolean {
  // This check is last, since it loads `node:worker_threads`.
  return (
    process.execArgv.some((option) => /\btsx\b/.test(option)) &&
    !process.getBuiltinModule("node:worker_threads").isMainThread
  );
}

/**
 * Registers tsx in this thread. A worker thread of Node 20 does not inherit the module hooks of its parent.
 *
 * @param url the importing module; tsx is looked up from there, then from the working directory.
 * @throws {TargetError} when tsx is not installed, with the command that installs it.
 */
export function enableTypeScript(url: string): Promise<void> {
  enabled ??= register(url);
  return enabled;
}

async function register(url: string): Promise<void> {
  const places = [url, pathToFileURL(`${process.cwd()}/program.js`).href].filter((place) => place.startsWith("file:"));
  for (const place of places) {
    // Both loaders are needed: a TypeScript file is a CommonJS module unless its package says otherwise.
    const load = createImportAt(place);
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
