import type { ValueSource } from "../form/function-bundle.ts";
import { packageClass } from "../form/package-class.ts";
import { byWeakIdentity, rememberByIdentity } from "../form/weak-identity.ts";
import { getExport, loadedModule, missingExportError } from "./load-module.ts";
import { createImportMeta, createRequireAt, loadRequired } from "./module-variables.ts";
import { createViteImport } from "./vite-import.ts";

/** A value that a child has or makes by itself: it is in no bundle. */
export type ChildValueSource = Extract<
  ValueSource,
  {
    from:
      | "import"
      | "global"
      | "builtin"
      | "package"
      | "key"
      | "symbol"
      | "private"
      | "require"
      | "required"
      | "meta"
      | "importer";
  }
>;

/** Gets a value that this child has. The modules that it is from must be imported. */
export function childValue(source: ChildValueSource): unknown {
  switch (source.from) {
    case "import": {
      const namespace = loadedModule(source.request);
      if (source.name === null) return namespace;
      const found = getExport(namespace, source.name);
      if (found === undefined && !(source.name in namespace)) {
        throw missingExportError(`Cannot load "${source.name}"`, source.request, namespace);
      }
      return found;
    }
    case "global":
      return source.path.reduce(
        (holder, key) => holder[key] as Record<string, unknown>,
        globalThis as unknown as Record<string, unknown>,
      );
    case "builtin": {
      const module = process.getBuiltinModule(source.module) as unknown as Record<string, unknown>;
      return source.name === null ? module : module[source.name];
    }
    case "package":
      return packageClass(source.name);
    case "key":
      return Symbol.for(source.key);
    case "symbol":
      return byWeakIdentity(source.id) ?? rememberByIdentity(source.id, Symbol(source.description));
    case "private":
      return byWeakIdentity(source.id) ?? rememberByIdentity(source.id, source.isMap ? new WeakMap() : new WeakSet());
    case "require":
      return createRequireAt(source.url);
    case "required":
      return loadRequired(source);
    case "meta":
      return createImportMeta(source.url);
    case "importer":
      return createViteImport(source.url, source.root);
  }
}
