import { findForeignGlobal } from "./foreign-global.ts";

let paths: Map<unknown, readonly string[]> | undefined;

/**
 * Finds the path from the global object to a built-in object or function: `Math.floor`, `Array.prototype.slice`,
 * `process`. That of another realm has the path of this realm's.
 */
export function findGlobalPath(value: unknown): readonly string[] | undefined {
  paths ??= collectPaths();
  return paths.get(value) ?? findLazyGlobal(value) ?? findForeignGlobal(value, paths.values());
}

// Many globals are getters that load a module: `crypto`, `performance`, `fetch`. A getter is called only when the
// value's name or class matches the global's.
function findLazyGlobal(value: unknown): readonly string[] | undefined {
  const globals = globalThis as Record<string, unknown>;
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const key = typeof value === "function" ? value.name : tag.toLowerCase();
  const isOfItsClass =
    typeof value === "function" || (typeof globals[tag] === "function" && value instanceof globals[tag]);
  return isOfItsClass && globals[key] === value ? [key] : undefined;
}

function collectPaths(): Map<unknown, readonly string[]> {
  const found = new Map<unknown, readonly string[]>([[globalThis, ["globalThis"]]]);
  const add = (holder: object, path: readonly string[], depth: number) => {
    for (const key of Object.getOwnPropertyNames(holder)) {
      const value: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
      if ((typeof value !== "object" && typeof value !== "function") || value === null || found.has(value)) continue;
      if (typeof value === "object" && !isNamespace(value) && key !== "prototype") continue;
      found.set(value, [...path, key]);
      if (depth > 0) add(value, [...path, key], depth - 1);
    }
  };
  found.set(process, ["process"]);
  found.set(process.env, ["process", "env"]);
  add(process, ["process"], 1);
  // Some Node releases define the global `Buffer` by a getter.
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
