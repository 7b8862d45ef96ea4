/** Whether a value is an object, a function or a symbol: a value that structured clone may refuse or change. */
export function isCompound(value: unknown): value is object {
  const type = typeof value;
  return (type === "object" && value !== null) || type === "function" || type === "symbol";
}

/** Whether an object is an array or a plain object: messages consist mostly of these. */
export function isArrayOrPlainObject(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// `instanceof` is false for objects of another realm, such as a context of node:vm. Plain objects are excluded first,
// since that check is cheaper than `types.isMap`.
export function isMap(value: object): value is Map<unknown, unknown> {
  return (
    value instanceof Map || (!isArrayOrPlainObject(value) && process.getBuiltinModule("node:util").types.isMap(value))
  );
}

export function isSet(value: object): value is Set<unknown> {
  return (
    value instanceof Set || (!isArrayOrPlainObject(value) && process.getBuiltinModule("node:util").types.isSet(value))
  );
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
