import { isNativeFunction } from "../../codec/object-kind.ts";
import type { AnyFunction } from "../form/target.ts";

let paths: Map<unknown, readonly string[]> | undefined;

/**
 * Finds the path from the global object to a built-in object or function: `Math.floor`, `Array.prototype.slice`,
 * `process`. What is built into another realm has the same path as in this one: a context of node:vm has a `TypeError`
 * and a `Math` of its own.
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

// Reads only the globals that have the value's name: V8 makes some of them, such as `Temporal`, when they are first
// read, and in the realm of the reader.
function findForeignGlobal(value: unknown, all: Iterable<readonly string[]>): readonly string[] | undefined {
  const realm = foreignRealmOf(value);
  if (realm === undefined) return undefined;
  const names: unknown[] = [(value as AnyFunction).name, (value as Math)[Symbol.toStringTag], "prototype"];
  for (const path of all)
    if (names.includes(path.at(-1)) && path.reduce<unknown>((at, key) => at?.[key as never], realm) === value)
      return path;
  return undefined;
}

/** The global object of the realm of a built-in object; `undefined` for this realm, and for other objects. */
function foreignRealmOf(value: unknown): unknown {
  let evaluate: AnyFunction | undefined;
  if (typeof value === "function") evaluate = value.constructor as AnyFunction;
  // Of other objects, only prototypes of classes, and namespaces such as `Math`, may be built in.
  else if (typeof value === "object" && value !== null && (Object.hasOwn(value, "constructor") || isNamespace(value)))
    evaluate = value.constructor?.constructor as AnyFunction | undefined;
  if (evaluate === Function || evaluate?.name !== "Function" || !isNativeFunction(evaluate)) return undefined;
  try {
    return (evaluate("return globalThis") as AnyFunction)();
  } catch {
    // The realm may not compile text.
    return undefined;
  }
}

function collectPaths(): Map<unknown, readonly string[]> {
  const found = new Map<unknown, readonly string[]>([
    [globalThis, ["globalThis"]],
    [process, ["process"]],
    [process.env, ["process", "env"]],
  ]);
  const add = (holder: object, path: readonly string[], depth: number) => {
    for (const key of Object.getOwnPropertyNames(holder)) {
      const value: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
      if ((typeof value !== "object" && typeof value !== "function") || value === null || found.has(value)) continue;
      if (typeof value === "object" && !isNamespace(value) && key !== "prototype") continue;
      found.set(value, [...path, key]);
      if (depth > 0) add(value, [...path, key], depth - 1);
    }
  };
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
