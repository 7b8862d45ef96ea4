import { createRequire, isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";
import { TargetError } from "../../base/errors.ts";
import type { ModuleRequest } from "../../callable/form/function-bundle.ts";
import { wrapImport } from "../../callable/load/load-module.ts";
import {
  findUnfinishedImport,
  inheritedNamespace,
  recordInheritedModules,
} from "../../posix/node-internals/inherited-modules.ts";

/**
 * Makes a forked child use the modules that its parent has loaded, without importing them: an import of a module that
 * the parent was evaluating never ends, and one through module hooks on a thread fails. Call it before the child runs
 * anything.
 */
export function useInheritedModules(): void {
  recordInheritedModules();
  wrapImport(async (request, load) => {
    const url = urlOf(request);
    const namespace = url === undefined ? undefined : inheritedNamespace(url);
    if (namespace !== undefined) return namespace;
    if (url === undefined) return load();
    const loading = load();
    const unfinished = await Promise.race([loading.then(nothing, nothing), unfinishedImport(url)]);
    if (unfinished === undefined) return loading;
    loading.catch(nothing);
    const which = unfinished === url ? "it" : `it imports ${unfinished}, which`;
    throw new TargetError(
      `Cannot import ${url} in a fork: ${which} was still being evaluated when this process was forked, and never ` +
        "finishes here; start the process in a function that is called when all modules are loaded, not at a module's top level",
    );
  });
}

const nothing = () => undefined;

/** The module that a begun import waits for without end; settles only when there is one. */
async function unfinishedImport(url: string): Promise<string> {
  const unfinished = await findUnfinishedImport(url);
  return unfinished ?? (await new Promise(() => {}));
}

function urlOf({ specifier, from }: ModuleRequest): string | undefined {
  if (/^(file|data|https?):/.test(specifier)) return specifier;
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
  if (from === null) return undefined;
  try {
    if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, from).href;
    return pathToFileURL(createRequire(from).resolve(specifier)).href;
  } catch {
    return undefined;
  }
}
