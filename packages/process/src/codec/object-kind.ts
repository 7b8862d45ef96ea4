/** Whether a value is an object, a function or a symbol: a value that structured clone may refuse or change. */
export function isCompound(value: unknown): value is object {
  const type = typeof value;
  return (type === "object" && value !== null) || type === "function" || type === "symbol";
}

/** Whether an object is an array or a plain object: messages consist mostly of these. */
export function isArrayOrPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) return true;
  return Array.isArray(value) && !hasLostClass(value);
}

// `instanceof` is false for objects of another realm, such as a context of node:vm: Jest runs each test file in one.
let types: typeof import("node:util").types | undefined;

function utilTypes(): NonNullable<typeof types> {
  types ??= process.getBuiltinModule("node:util").types;
  return types;
}

export function isMap(value: unknown): value is Map<unknown, unknown> {
  return utilTypes().isMap(value);
}

export function isSet(value: unknown): value is Set<unknown> {
  return utilTypes().isSet(value);
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return utilTypes().isArrayBuffer(value);
}

export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer {
  return utilTypes().isSharedArrayBuffer(value);
}

const lostClasses = new WeakMap<object, boolean>();

/**
 * Whether an object's class is written in JavaScript, by the program, a library or Node: structured clone would make a
 * plain object of it. Cached by prototype.
 */
export function hasLostClass(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null) return false;
  let found = lostClasses.get(prototype);
  if (found === undefined) {
    found = !isNativeFunction(constructorOf(prototype));
    lostClasses.set(prototype, found);
  }
  return found && !isNodeTransferable(value);
}

function constructorOf(prototype: object): unknown {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at))
    if (Object.hasOwn(at, "constructor") && typeof at.constructor === "function") return at.constructor;
  return undefined;
}

/** Whether a function is written in another language than JavaScript; true for other values. */
export function isNativeFunction(fn: unknown): boolean {
  return typeof fn !== "function" || /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn));
}

/** Whether structured clone copies an object by its internal state rather than by its fields. */
export function isLeaf(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Object]") return ArrayBuffer.isView(value) || isNodeTransferable(value);
  return tag !== "[object Array]" && tag !== "[object Map]" && tag !== "[object Set]";
}

/**
 * Whether Node clones an object between threads by a protocol of its own: MessagePort, Blob, KeyObject, FileHandle…
 * V8's serialiser, which processes use, silently turns these into empty objects.
 */
export function isNodeTransferable(value: unknown): boolean {
  for (let at = value; typeof at === "object" && at !== null; at = Object.getPrototypeOf(at)) {
    if (at === Object.prototype) return false;
    for (const symbol of Object.getOwnPropertySymbols(at)) {
      if (symbol.description === "messaging_clone_symbol" || symbol.description === "messaging_transfer_symbol") {
        return true;
      }
    }
  }
  return false;
}
