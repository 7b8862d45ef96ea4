import { pathToFileURL } from "node:url";
import type { ValueSource } from "../form/function-bundle.ts";
import type { ModuleNamespace } from "./dynamic-import.ts";

/** Makes the `require` of a module. Text that is in no file requires from the working directory. */
export function createRequireAt(url: string): NodeJS.Require {
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(url.startsWith("file:") ? url : `${process.cwd()}/program.js`);
}

/** Requires a CommonJS module, and makes from its exports the value of a variable, as the program's transpiler did. */
export function loadRequired({ url, specifier, member, as }: Extract<ValueSource, { from: "required" }>): unknown {
  const exports = createRequireAt(url)(specifier) as ModuleNamespace;
  if (member !== null) return exports[member];
  if (as === "exports") return exports;
  // Getters are copied as getters: modules that require each other in a cycle get some of their exports later.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(exports)) as ModuleNamespace;
  return as === "copy" ? copy : Object.defineProperty(copy, "default", { value: exports, enumerable: true });
}

/** Makes an object like the `import.meta` of a module. */
export function createImportMeta(url: string): object {
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  const isFile = url.startsWith("file:");
  const filename = isFile ? fileURLToPath(url) : undefined;
  return Object.assign(Object.create(null), {
    ...(filename !== undefined && { dirname: process.getBuiltinModule("node:path").dirname(filename), filename }),
    resolve(specifier: string): string {
      if (/^(\.{0,2}\/|[a-z]+:)/.test(specifier)) return new URL(specifier, url).href;
      const found = createRequireAt(url).resolve(specifier);
      return found === specifier ? `node:${found.replace(/^node:/, "")}` : pathToFileURL(found).href;
    },
    url,
    main: false,
  });
}
