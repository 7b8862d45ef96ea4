/** Whether a value is more than a primitive that is copied without a second look. */
export function isCompound(value: unknown): value is object {
  const type = typeof value;
  return (type === "object" && value !== null) || type === "function" || type === "symbol";
}

/**
 * Visits what structured clone would visit of an object: elements, entries, and own enumerable fields. Primitives are
 * passed over, since messages are full of them.
 *
 * @param visit gets each child and its place as one would write it: `[3]`, `.socket`, `.get("key")`.
 */
export function visitChildren(value: object, visit: (child: object, place: () => string) => void): void {
  if (typeof value !== "object" || ArrayBuffer.isView(value)) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (isCompound(value[i])) visit(value[i], () => `[${i}]`);
    return;
  }
  if (isMap(value)) {
    for (const [key, item] of value) {
      if (isCompound(key)) visit(key, () => ".keys()");
      if (isCompound(item)) visit(item, () => (isCompound(key) ? ".values()" : `.get(${JSON.stringify(key)})`));
    }
    return;
  }
  if (isSet(value)) {
    for (const item of value) if (isCompound(item)) visit(item, () => ".values()");
    return;
  }
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key];
    if (isCompound(child))
      visit(child, () => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`));
  }
}

/**
 * Copies an object as structured clone would, one level deep.
 *
 * @param copies gets the copy before the children are asked for, so that a value may hold itself.
 * @param child gives what stands in the copy for each child.
 */
export function copyWith(value: object, copies: Map<object, unknown>, child: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    const copy: unknown[] = new Array(value.length);
    copies.set(value, copy);
    for (const key of Object.keys(value)) copy[key as never] = child(value[key as never]) as never;
    return copy;
  }
  if (isMap(value)) {
    const copy = new Map();
    copies.set(value, copy);
    for (const [key, item] of value) copy.set(child(key), child(item));
    return copy;
  }
  if (isSet(value)) {
    const copy = new Set();
    copies.set(value, copy);
    for (const item of value) copy.add(child(item));
    return copy;
  }
  const copy: Record<string, unknown> = {};
  copies.set(value, copy);
  for (const key of Object.keys(value)) define(copy, key, child((value as Record<string, unknown>)[key]));
  return copy;
}

// Those of another realm, such as a context of node:vm, are none by `instanceof`. Plain objects, of which most messages are
// made, are told apart first, since that is cheaper.
function isMap(value: object): value is Map<unknown, unknown> {
  return value instanceof Map || (!isBare(value) && process.getBuiltinModule("node:util").types.isMap(value));
}

function isSet(value: object): value is Set<unknown> {
  return value instanceof Set || (!isBare(value) && process.getBuiltinModule("node:util").types.isSet(value));
}

/** Arrays and plain objects, of which a message is mostly made. */
export function isBare(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Objects that structured clone knows by their inside, not by their fields. */
export function isLeaf(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Object]") return ArrayBuffer.isView(value) || isNodeTransferable(value);
  return tag !== "[object Array]" && tag !== "[object Map]" && tag !== "[object Set]";
}

/**
 * Objects that Node clones between threads by a protocol of its own: MessagePort, Blob, KeyObject, FileHandle… The
 * serialiser that processes use would make empty objects of them without a word.
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

// A field may be called "__proto__", and assigning to that would set the prototype.
function define(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(copy, key, { value, writable: true, configurable: true, enumerable: true });
  else copy[key] = value;
}
