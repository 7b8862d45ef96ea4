import { TargetError } from "../../base/errors.ts";
import type { ModuleRequest } from "../form/function-bundle.ts";
import { createImportAt, type ModuleNamespace } from "./dynamic-import.ts";
import { whileImporting } from "./import-state.ts";

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
  const namespace = await whileImporting(request.specifier, () => wrapper(request, () => importWithLoaders(request)));
  loaded.set(JSON.stringify(request), namespace);
  return namespace;
}

/** Imports a module for a function that runs. */
export function importModule(request: ModuleRequest): Promise<ModuleNamespace> {
  return wrapper(request, () => importWithLoaders(request));
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
  // An export named `default` of CommonJS that was not transpiled.
  if (name === "module.exports.default") return whole?.default;
  return name === "module.exports" ? whole : whole?.[name];
}

// The code for loaders is imported only by children that need it.
async function importWithLoaders(request: ModuleRequest): Promise<ModuleNamespace> {
  const { specifier, from, isCompiledByRequire } = request;
  if (isCompiledByRequire) {
    const { hasRequireHook, requireModule } = await import("./require-hook.ts");
    if (hasRequireHook(specifier)) return requireModule(specifier);
  }
  if (isTypeScript(from ?? specifier))
    await (await import("./typescript-loader.ts")).prepareTypeScript(from ?? specifier);
  try {
    return await importOnce(request);
  } catch (error) {
    if (mayLackLoader(error)) {
      const { loadOtherwise } = await import("./missing-loader.ts");
      const namespace = await loadOtherwise(request, error, () => importOnce(request));
      if (namespace !== undefined) return namespace;
    }
    if (error instanceof SyntaxError) {
      const { addSyntaxErrorPosition } = await import("./syntax-error-position.ts");
      addSyntaxErrorPosition(error, request);
    }
    throw error;
  }
}

function isTypeScript(url: string): boolean {
  return /^file:.*\.[cm]?tsx?(\?|#|$)/.test(url);
}

function mayLackLoader(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return (
    typeof code === "string" &&
    /^ERR_(UNKNOWN_FILE_EXTENSION|UNSUPPORTED_TYPESCRIPT_SYNTAX|INVALID_TYPESCRIPT_SYNTAX|MODULE_NOT_FOUND)$/.test(code)
  );
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
