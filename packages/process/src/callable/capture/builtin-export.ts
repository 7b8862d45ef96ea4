/**
 * Finds the built-in module of Node that a value is, or is an export of. Searches only modules that the program has
 * loaded.
 */
export function findBuiltin(value: unknown): { readonly module: string; readonly name: string | null } | undefined {
  for (const module of loadedBuiltins()) {
    const exports = process.getBuiltinModule(module) as unknown as Record<string, unknown>;
    if (exports === value) return { module, name: null };
    if (typeof value !== "function") continue;
    for (const name of Object.keys(exports)) {
      const exported: unknown = Object.getOwnPropertyDescriptor(exports, name)?.value;
      // A deprecated class, such as `fs.Stats`, is exported as a function that warns and has the class's prototype.
      if (exported === value || (value.prototype && value.prototype === (exported as typeof value)?.prototype))
        return { module, name };
    }
  }
  return undefined;
}

function loadedBuiltins(): string[] {
  const { builtinModules } = process.getBuiltinModule("node:module");
  const loaded = new Set((process as unknown as { moduleLoadList: string[] }).moduleLoadList);
  const isLoaded = (name: string) => loaded.has(`NativeModule ${name}`);
  // A program that has `fs` also has `fs.promises`, which is the module "fs/promises".
  const isPart = (name: string) => /\/(promises|posix|win32|types)$/.test(name) && isLoaded(name.replace(/\/.*/, ""));
  return builtinModules.filter((name) => !name.startsWith("_") && (isLoaded(name) || isPart(name)));
}
