import { isNativeFunction } from "../../codec/object-kind.ts";

type GlobalPaths = Map<unknown, readonly string[]>;

let ownPaths: GlobalPaths | undefined;
const foreignPaths = new WeakMap<object, GlobalPaths>();

/**
 * Finds the path from the global object to a built-in object or function: `Math.floor`, `Array.prototype.slice`,
 * `process`. What is built into another realm has the same path as in this one: a context of node:vm has a `TypeError`
 * and a `Math` of its own.
 */
export function findGlobalPath(value: unknown): readonly string[] | undefined {
  ownPaths ??= collectOwnPaths();
  return ownPaths.get(value) ?? findLazyGlobal(value) ?? findForeignGlobal(value);
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

function findForeignGlobal(value: unknown): readonly string[] | undefined {
  const evaluate = foreignFunctionClass(value);
  if (evaluate === undefined) return undefined;
  let paths = foreignPaths.get(evaluate);
  if (paths === undefined) {
    paths = new Map();
    try {
      addPaths(paths, evaluate("return globalThis")(), [], 2);
    } catch {
      // The realm may not compile text.
    }
    foreignPaths.set(evaluate, paths);
  }
  return paths.get(value);
}

/** The class `Function` of the realm of a built-in object; `undefined` for this realm, and for other objects. */
function foreignFunctionClass(value: unknown): FunctionConstructor | undefined {
  let made: unknown;
  if (typeof value === "function") made = isNativeFunction(value) ? value.constructor : undefined;
  else if (typeof value === "object" && value !== null) {
    // Only prototypes of classes, and namespaces such as `Math`, may be built in.
    if (Object.hasOwn(value, "constructor") || isNamespace(value)) made = value.constructor?.constructor;
  }
  if (typeof made !== "function" || made === Function) return undefined;
  return made.name === "Function" && isNativeFunction(made) ? (made as FunctionConstructor) : undefined;
}

function collectOwnPaths(): GlobalPaths {
  const found: GlobalPaths = new Map<unknown, readonly string[]>([[globalThis, ["globalThis"]]]);
  found.set(process, ["process"]);
  found.set(process.env, ["process", "env"]);
  addPaths(found, process, ["process"], 1);
  // Some Node releases define the global `Buffer` by a getter.
  addPaths(found, Buffer, ["Buffer"], 0);
  addPaths(found, globalThis, [], 2);
  for (const key of Object.getOwnPropertyNames(Symbol)) {
    const symbol: unknown = Symbol[key as keyof typeof Symbol];
    if (typeof symbol === "symbol") found.set(symbol, ["Symbol", key]);
  }
  return found;
}

function addPaths(found: GlobalPaths, holder: object, path: readonly string[], depth: number): void {
  for (const key of Object.getOwnPropertyNames(holder)) {
    const value: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
    if ((typeof value !== "object" && typeof value !== "function") || value === null || found.has(value)) continue;
    if (typeof value === "object" && !isNamespace(value) && key !== "prototype") continue;
    found.set(value, [...path, key]);
    if (depth > 0) addPaths(found, value, [...path, key], depth - 1);
  }
}

function isNamespace(value: object): boolean {
  return value === console || Object.hasOwn(value, Symbol.toStringTag);
}
