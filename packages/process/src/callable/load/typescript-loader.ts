import { pathToFileURL } from "node:url";
import { TargetError } from "../../base/errors.ts";
import { packageFolder } from "../../base/package-files.ts";
import { createImportAt } from "./dynamic-import.ts";
import { isRequiredByHookOnly } from "./require-hook.ts";

let enabled: Promise<boolean> | undefined;
let probed: Promise<boolean> | undefined;

/** Whether Node loads TypeScript by itself here, by stripping types. */
export function stripsTypes(): boolean {
  return Boolean((process.features as { typescript?: unknown }).typescript);
}

/**
 * Registers tsx in this thread before TypeScript is imported, if neither Node nor a loader of the program loads it
 * here.
 *
 * @param url the importing module; tsx is looked up from there, then from the working directory.
 * @throws {TargetError} when tsx is not installed, with the command that installs it.
 */
export async function prepareTypeScript(url: string): Promise<void> {
  if (stripsTypes() || isRequiredByHookOnly(url)) return;
  if (hasLoaderOption()) {
    probed ??= loadsTypeScript();
    // Without tsx, the import shows whether the program's loaders load this file.
    if (!(await probed)) await registerTsx(url);
  } else if (!(await registerTsx(url))) {
    throw missingTsxError(url);
  }
}

/** Makes the error for TypeScript that nothing here loads. */
export function missingTsxError(url: string): TargetError {
  return new TargetError(
    `Cannot import ${url}: Node ${process.version} does not load TypeScript by itself; ` +
      "npm install --save-dev tsx, or run Node 22.18 or newer",
  );
}

// The program's own loaders come by these options, and have run in this thread.
function hasLoaderOption(): boolean {
  const { NODE_OPTIONS = "" } = process.env;
  return /(^|[\s"])(--import|--require|-r|--(experimental-)?loader)\b/.test(
    [...process.execArgv, NODE_OPTIONS].join(" "),
  );
}

// A module that Node could not load once cannot be loaded any more in Node 20, so a file of this package is tried.
function loadsTypeScript(): Promise<boolean> {
  const probe = new URL("probe.ts", packageFolder()).href;
  return import(probe).then(
    () => true,
    (error: { code?: unknown }) => error.code !== "ERR_UNKNOWN_FILE_EXTENSION",
  );
}

/** Registers tsx in this thread. @returns whether it is installed. */
export function registerTsx(url: string): Promise<boolean> {
  enabled ??= register(url);
  return enabled;
}

async function register(url: string): Promise<boolean> {
  const places = [url, pathToFileURL(`${process.cwd()}/program.js`).href].filter((place) => place.startsWith("file:"));
  for (const place of places) {
    // Both loaders are needed: a TypeScript file is a CommonJS module unless its package says otherwise.
    const load = createImportAt(place);
    const found = await Promise.all([load("tsx/esm/api"), load("tsx/cjs/api")]).catch(ignoreMissing);
    if (found === undefined) continue;
    for (const api of found) (api as unknown as { register(): unknown }).register();
    return true;
  }
  return false;
}

function ignoreMissing(error: { code?: unknown }): undefined {
  if (error.code !== "ERR_MODULE_NOT_FOUND" && error.code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
}
