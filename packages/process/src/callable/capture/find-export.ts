import { fileURLToPath } from "node:url";
import type { Callable } from "../form/target.ts";
import type { Inspection } from "../source/inspector.ts";
import { syntax } from "../source/load-syntax.ts";
import { isReassignedAtTop } from "../source/reassigned-variables.ts";
import type { Script } from "../source/script.ts";
import { readScriptFacts } from "../source/script-facts.ts";
import { isMainModule } from "./main-module.ts";

/** The module and the name by which a child imports an export. */
export interface ExportReference {
  readonly module: string;
  readonly name: string;
  /** As in `ModuleRequest`. */
  readonly isCompiledByRequire?: true;
}

const references = new WeakMap<object, ExportReference>();

/** The result of an earlier {@link findExport} of the function. */
export function cachedExport(fn: object): ExportReference | undefined {
  return references.get(fn);
}

/**
 * Finds the export by which a function can be imported from the module that defines it.
 *
 * @returns `undefined` when its module does not export it, or is the program's main module: importing that would run
 *   the program again.
 */
export function findExport(fn: Callable, inspection: Inspection): ExportReference | undefined {
  const script = inspection.script as Script;
  if (!/^(file|data):/.test(script.url) || isMainModule(script.url)) return undefined;
  const { isModule } = readScriptFacts(script);
  const name = isModule ? findModuleExport(fn, inspection) : findCommonjsExport(fn, script.url);
  if (name === undefined) return undefined;
  const isCompiled = !isModule && syntax().isCompiledByRequire(script);
  const reference = { module: script.url, name, ...(isCompiled && { isCompiledByRequire: true as const }) };
  references.set(fn, reference);
  return reference;
}

/** Like {@link findExport}, for ECMAScript modules only, but including the main module. */
export function findExportOrMainExport(fn: Callable, inspection: Inspection): ExportReference | undefined {
  const script = inspection.script as Script;
  const name = readScriptFacts(script).isModule ? findModuleExport(fn, inspection) : undefined;
  return name === undefined ? undefined : { module: script.url, name };
}

function findModuleExport(fn: Callable, inspection: Inspection): string | undefined {
  const script = inspection.script as Script;
  const { exports, defaultExport } = readScriptFacts(script);
  const module = inspection.scopes.find(({ kind }) => kind === "Module")?.variables;
  if (module === undefined) return undefined;
  for (const [local, exported] of exports) {
    try {
      // An export that is assigned to again has its first value in the child.
      if (module[local] === fn) return isReassignedAtTop(script, local) ? undefined : exported;
    } catch {
      // A variable without a value does not hold the function.
    }
  }
  if (defaultExport === null) return undefined;
  const position = syntax().sourcePosition(Function.prototype.toString.call(fn), inspection);
  return position?.offset === defaultExport.start ? "default" : undefined;
}

function findCommonjsExport(fn: Callable, url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const { createRequire } = process.getBuiltinModule("node:module");
  const exports: unknown = createRequire(import.meta.url).cache[fileURLToPath(url)]?.exports;
  if (exports === fn) return "module.exports";
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return undefined;
  // Getters are called too: transpilers export by getters.
  const name = Object.keys(exports).find((key) => (exports as Record<string, unknown>)[key] === fn);
  // Node's `default` of this module would be all its exports.
  return name === "default" && !("__esModule" in exports) ? "module.exports.default" : name;
}
