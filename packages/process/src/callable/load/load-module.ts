import { TargetError } from "../../base/errors.ts";
import type { ModuleRequest } from "../form/function-bundle.ts";
import { createImportAt, type ModuleNamespace } from "./dynamic-import.ts";
import { whileImporting } from "./import-state.ts";
import { enableTypeScript, needsTypeScript } from "./typescript-loader.ts";

const loaded = new Map<string, ModuleNamespace>();

/** Imports a module in another way, or by `load`, the usual one. */
export type ImportWrapper = (request: ModuleRequest, load: () => Promise<ModuleNamespace>) => Promise<ModuleNamespace>;

let wrapper: ImportWrapper = (_, load) => load();

/** Sets how modules are imported, in a process that cannot import as usual. */
export function wrapImport(importModule: ImportWrapper): void {
  wrapper = importModule;
}

/** Imports a module; afterwards {@link loadedModule} gives it synchronously. */
export async function loadModule(request: ModuleRequest): Promise<ModuleNamespace> {
  const namespace = await whileImporting(request.specifier, () =>
    wrapper(request, () => importWithTypeScript(request)),
  );
  loaded.set(JSON.stringify(request), namespace);
  return namespace;
}

/** Whether {@link loadModule} has imported a module. */
export function isModuleLoaded(request: ModuleRequest): boolean {
  return loaded.has(JSON.stringify(request));
}

/** A module that {@link loadModule} has imported. */
export function loadedModule(request: ModuleRequest): ModuleNamespace {
  const namespace = loaded.get(JSON.stringify(request));
  if (namespace === undefined) throw new Error(`Cannot use ${request.specifier}: it was not loaded`);
  return namespace;
}

/**
 * An export of a module by its name. The namespace of a CommonJS module has only those exports that Node finds by
 * reading the text; the others are members of its default export.
 */
export function getExport(namespace: ModuleNamespace, name: string): unknown {
  const whole = (namespace["module.exports"] ?? namespace.default) as ModuleNamespace | null | undefined;
  // A module that was transpiled to CommonJS has its default export as the member `default`.
  if (name === "default" && whole?.__esModule === true && "default" in whole) return whole.default;
  if (name in namespace) return namespace[name];
  return name === "module.exports" ? whole : whole?.[name];
}

async function importWithTypeScript(request: ModuleRequest): Promise<ModuleNamespace> {
  const { specifier, from } = request;
  if (needsTypeScript(from ?? specifier)) await enableTypeScript(from ?? specifier);
  try {
    return await importOnce(request);
  } catch (error) {
    if ((error as { code?: unknown })?.code === "ERR_UNKNOWN_FILE_EXTENSION") {
      throw new TargetError(
        `Cannot import ${specifier}: it imports a file that Node ${process.version} does not load by itself; ` +
          "start the program with node --import tsx, or run Node 22.18 or newer",
        { cause: error },
      );
    }
    if (error instanceof SyntaxError) {
      const { addSyntaxErrorPosition } = await import("./syntax-error-position.ts");
      addSyntaxErrorPosition(error, request);
    }
    throw error;
  }
}

function importOnce({ specifier, from, attributes }: ModuleRequest): Promise<ModuleNamespace> {
  if (from === null || !from.startsWith("file:")) return import(specifier) as Promise<ModuleNamespace>;
  return createImportAt(from)(specifier, { with: attributes });
}

/** Makes the error for a name that a module does not export. */
export function missingExportError(
  attempt: string,
  { specifier }: ModuleRequest,
  namespace: ModuleNamespace,
): TargetError {
  const names = Object.keys(namespace).join(", ") || "nothing";
  return new TargetError(`${attempt}: ${specifier} does not export it, it exports ${names}`);
}
