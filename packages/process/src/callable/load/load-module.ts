import { pathToFileURL } from "node:url";
import { TargetError } from "../../base/errors.ts";
import type { ModuleRequest, Source } from "../form/function-bundle.ts";
import { importerAt, type Namespace } from "./importer.ts";
import { enableTypeScript, needsTypeScript } from "./typescript-loader.ts";

const loaded = new Map<string, Namespace>();

/** Imports a module, so that {@link moduleOf} has it. */
export async function loadModule(request: ModuleRequest): Promise<Namespace> {
  const namespace = await importWithTypeScript(request);
  loaded.set(JSON.stringify(request), namespace);
  return namespace;
}

/** A module that was loaded. */
export function moduleOf(request: ModuleRequest): Namespace {
  const namespace = loaded.get(JSON.stringify(request));
  if (namespace === undefined) throw new Error(`Cannot use ${request.specifier}: it was not loaded`);
  return namespace;
}

/**
 * An export of a module by its name. A CommonJS module's exports are seen by name only as far as their text can be read; the
 * rest is on its default export.
 */
export function exportNamed(namespace: Namespace, name: string): unknown {
  const whole = (namespace["module.exports"] ?? namespace.default) as Namespace | null | undefined;
  // What was transpiled to CommonJS has its default export under that name.
  if (name === "default" && whole?.__esModule === true && "default" in whole) return whole.default;
  if (name in namespace) return namespace[name];
  return name === "module.exports" ? whole : whole?.[name];
}

/** Makes a `require` as it is in a module; text that stands in no file requires from where the program runs. */
export function requireFrom(url: string): NodeJS.Require {
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(url.startsWith("file:") ? url : `${process.cwd()}/program.js`);
}

/** Loads a CommonJS module, or finds it loaded, and makes of it what the program had. */
export function requireAs({ url, specifier, member, as }: Extract<Source, { from: "required" }>): unknown {
  const exports = requireFrom(url)(specifier) as Namespace;
  if (member !== null) return exports[member];
  if (as === "exports") return exports;
  // Getters stay getters, since modules that load each other in a circle have their exports late.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(exports)) as Namespace;
  return as === "copy" ? copy : Object.defineProperty(copy, "default", { value: exports, enumerable: true });
}

/** Makes an object as `import.meta` is in a module. */
export function metaOf(url: string): object {
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  const isFile = url.startsWith("file:");
  const filename = isFile ? fileURLToPath(url) : undefined;
  return Object.assign(Object.create(null), {
    ...(filename !== undefined && { dirname: process.getBuiltinModule("node:path").dirname(filename), filename }),
    resolve(specifier: string): string {
      if (/^(\.{0,2}\/|[a-z]+:)/.test(specifier)) return new URL(specifier, url).href;
      const found = requireFrom(url).resolve(specifier);
      return found === specifier ? `node:${found.replace(/^node:/, "")}` : pathToFileURL(found).href;
    },
    url,
    main: false,
  });
}

async function importWithTypeScript(request: ModuleRequest): Promise<Namespace> {
  const { specifier, from } = request;
  if (needsTypeScript(from ?? specifier)) await enableTypeScript(from ?? specifier);
  try {
    return await importOnce(request);
  } catch (error) {
    if ((error as { code?: unknown })?.code === "ERR_UNKNOWN_FILE_EXTENSION") {
      throw new TargetError(
        `Cannot import ${specifier}: it imports what Node ${process.version} does not load by itself; start the program with node --import tsx, or run Node 22.18 or newer`,
        { cause: error },
      );
    }
    if (error instanceof SyntaxError) {
      const { addPlace } = await import("./syntax-error-position.ts");
      addPlace(error, request);
    }
    throw error;
  }
}

function importOnce({ specifier, from, attributes }: ModuleRequest): Promise<Namespace> {
  if (from === null || !from.startsWith("file:")) return import(specifier) as Promise<Namespace>;
  return importerAt(from)(specifier, { with: attributes });
}

/** The error for a name that a module does not export. */
export function missingExport(attempt: string, { specifier }: ModuleRequest, namespace: Namespace): TargetError {
  const names = Object.keys(namespace).join(", ") || "nothing";
  return new TargetError(`${attempt}: ${specifier} does not export it, it exports ${names}`);
}
