let paths: Map<unknown, readonly string[]> | undefined;

/**
 * Finds the name under which every program has something that is built in: `Math.floor`, `Array.prototype.slice`, `process`.
 */
export function globalPathOf(value: unknown): readonly string[] | undefined {
  paths ??= collect();
  return paths.get(value) ?? lazyPathOf(value);
}

// Many globals are behind getters that load what they give: `crypto`, `performance`, `fetch`. One is asked only for a value
// that calls itself so.
function lazyPathOf(value: unknown): readonly string[] | undefined {
  const globals = globalThis as Record<string, unknown>;
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const key = typeof value === "function" ? value.name : tag.toLowerCase();
  const isOfItsClass =
    typeof value === "function" || (typeof globals[tag] === "function" && value instanceof globals[tag]);
  return isOfItsClass && globals[key] === value ? [key] : undefined;
}

function collect(): Map<unknown, readonly string[]> {
  const found = new Map<unknown, readonly string[]>([[globalThis, ["globalThis"]]]);
  const add = (holder: object, path: readonly string[], deeper: number) => {
    for (const key of Object.getOwnPropertyNames(holder)) {
      const value: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
      if ((typeof value !== "object" && typeof value !== "function") || value === null || found.has(value)) continue;
      if (typeof value === "object" && !isNamespace(value) && key !== "prototype") continue;
      found.set(value, [...path, key]);
      if (deeper > 0) add(value, [...path, key], deeper - 1);
    }
  };
  found.set(process, ["process"]);
  found.set(process.env, ["process", "env"]);
  add(process, ["process"], 1);
  // A getter on some lines of Node.
  add(Buffer, ["Buffer"], 0);
  add(globalThis, [], 2);
  for (const key of Object.getOwnPropertyNames(Symbol)) {
    const symbol: unknown = Symbol[key as keyof typeof Symbol];
    if (typeof symbol === "symbol") found.set(symbol, ["Symbol", key]);
  }
  return found;
}

function isNamespace(value: object): boolean {
  return value === console || Object.hasOwn(value, Symbol.toStringTag);
}

/** What a built-in module of Node is called, or an export of one. Only modules that the program has loaded are looked at. */
export function builtinOf(value: unknown): { readonly module: string; readonly name: string | null } | undefined {
  for (const module of loadedBuiltins()) {
    const exports = process.getBuiltinModule(module) as unknown as Record<string, unknown>;
    if (exports === value) return { module, name: null };
    if (typeof value !== "function") continue;
    for (const name of Object.keys(exports)) {
      if (Object.getOwnPropertyDescriptor(exports, name)?.value === value) return { module, name };
    }
  }
  return undefined;
}

function loadedBuiltins(): string[] {
  const { builtinModules } = process.getBuiltinModule("node:module");
  const loaded = new Set((process as unknown as { moduleLoadList: string[] }).moduleLoadList);
  const isLoaded = (name: string) => loaded.has(`NativeModule ${name}`);
  // A program that has `fs` has `fs.promises` as well, which is a module of its own: "fs/promises".
  const isPart = (name: string) => /\/(promises|posix|win32|types)$/.test(name) && isLoaded(name.replace(/\/.*/, ""));
  return builtinModules.filter((name) => !name.startsWith("_") && (isLoaded(name) || isPart(name)));
}
