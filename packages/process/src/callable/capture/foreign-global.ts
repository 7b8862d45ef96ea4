import { isNativeFunction } from "../../codec/object-kind.ts";

type GlobalPath = readonly string[];

const realms = new WeakMap<object, Map<unknown, GlobalPath>>();

/**
 * Finds the path of a built-in function, prototype or namespace of another realm: a context of node:vm has its own
 * `TypeError` and `Math`.
 *
 * @param paths the paths of this realm's built-in objects.
 */
export function findForeignGlobal(value: unknown, paths: Iterable<GlobalPath>): GlobalPath | undefined {
  const evaluate = foreignFunctionClass(value);
  if (evaluate === undefined) return undefined;
  let found = realms.get(evaluate);
  if (found === undefined) {
    found = collectPaths(evaluate, paths);
    realms.set(evaluate, found);
  }
  return found.get(value);
}

/** The class `Function` of the realm of a built-in object; `undefined` for this realm, and for other objects. */
function foreignFunctionClass(value: unknown): FunctionConstructor | undefined {
  const isObject = typeof value === "object" && value !== null;
  if (isObject ? !mayBeBuiltIn(value) : typeof value !== "function" || !isNativeFunction(value)) return undefined;
  const first: unknown = (value as object).constructor;
  const last: unknown = isObject && typeof first === "function" ? first.constructor : first;
  const isForeign = typeof last === "function" && last !== Function && last.name === "Function";
  return isForeign && isNativeFunction(last) ? (last as FunctionConstructor) : undefined;
}

// Prototypes of classes, and namespaces such as `Math`.
function mayBeBuiltIn(value: object): boolean {
  return Object.hasOwn(value, "constructor") || Object.hasOwn(value, Symbol.toStringTag);
}

function collectPaths(evaluate: FunctionConstructor, paths: Iterable<GlobalPath>): Map<unknown, GlobalPath> {
  const found = new Map<unknown, GlobalPath>();
  let realm: unknown;
  try {
    realm = evaluate("return globalThis")();
  } catch {
    // The realm was made without the right to compile text.
    return found;
  }
  for (const path of paths) {
    // The program gives a context its `process` and `console`, which may be objects of its own.
    if (path[0] === "process" || path[0] === "console") continue;
    let value = realm;
    for (const key of path) value = Object.getOwnPropertyDescriptor(Object(value), key)?.value;
    const isBuiltIn = typeof value === "function" ? isNativeFunction(value) : typeof value === "object";
    if (isBuiltIn && value !== null && !found.has(value)) found.set(value, path);
  }
  return found;
}
