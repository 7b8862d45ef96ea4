import { fileURLToPath } from "node:url";
import type { Callable } from "../form/target.ts";
import type { Inspected } from "../source/inspector.ts";
import { isReassignedAtTop } from "../source/reassigned-variables.ts";
import type { Script } from "../source/script.ts";
import { factsOf } from "../source/script-facts.ts";
import { sourcePosition } from "../source/source-position.ts";
import { isMainModule } from "./main-module.ts";

/** An export, as a child imports it. */
export interface ExportName {
  readonly module: string;
  readonly name: string;
}

const exportNames = new WeakMap<object, ExportName>();

/** What {@link exportOf} found for a function before. */
export function knownExportOf(fn: object): ExportName | undefined {
  return exportNames.get(fn);
}

/**
 * Finds the export by which a function can be imported from the module that defines it.
 *
 * @returns `undefined` when its module does not export it, or is the program's main one: importing that would run the
 *   program once more.
 */
export function exportOf(fn: Callable, inspected: Inspected): ExportName | undefined {
  const script = inspected.script as Script;
  if (!/^(file|data):/.test(script.url) || isMainModule(script.url)) return undefined;
  const name = factsOf(script).isModule ? moduleExport(fn, inspected) : commonjsExport(fn, script.url);
  if (name === undefined) return undefined;
  const found = { module: script.url, name };
  exportNames.set(fn, found);
  return found;
}

/** As {@link exportOf}, for the main module as well. */
export function ownExportOf(fn: Callable, inspected: Inspected): ExportName | undefined {
  const script = inspected.script as Script;
  const name = factsOf(script).isModule ? moduleExport(fn, inspected) : undefined;
  return name === undefined ? undefined : { module: script.url, name };
}

function moduleExport(fn: Callable, inspected: Inspected): string | undefined {
  const script = inspected.script as Script;
  const { exports, defaultExport } = factsOf(script);
  const module = inspected.scopes.find(({ kind }) => kind === "Module")?.variables;
  if (module === undefined) return undefined;
  for (const [local, exported] of exports) {
    try {
      // A module that puts something else there later gives its importers what it held at first.
      if (module[local] === fn) return isReassignedAtTop(script, local) ? undefined : exported;
    } catch {
      // It has no value yet, and so is not the one.
    }
  }
  if (defaultExport === null) return undefined;
  const position = sourcePosition(Function.prototype.toString.call(fn), inspected);
  return position?.offset === defaultExport.start ? "default" : undefined;
}

function commonjsExport(fn: Callable, url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const { createRequire } = process.getBuiltinModule("node:module");
  const exports: unknown = createRequire(import.meta.url).cache[fileURLToPath(url)]?.exports;
  if (exports === fn) return "module.exports";
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return undefined;
  // Getters are asked as well: that is how transpilers export.
  return Object.keys(exports).find((key) => (exports as Record<string, unknown>)[key] === fn);
}
