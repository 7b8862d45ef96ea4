import { isCompound, isMap, isNodeTransferable, isSet } from "./object-kind.ts";

/**
 * Visits the children of an object that structured clone would copy: elements, entries and own enumerable fields.
 * Skips primitives, since messages are full of them. An object that Node clones or moves by its own protocol has none.
 *
 * @param visit gets each child, and a function that gives its place as one would write it: `[3]`, `.socket`,
 *   `.get("key")`.
 */
export function visitChildren(value: object, visit: (child: object, place: () => string) => void): void {
  if (typeof value !== "object" || ArrayBuffer.isView(value)) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (isCompound(value[i])) visit(value[i], () => `[${i}]`);
    return;
  }
  if (isMap(value)) {
    for (const [key, item] of Map.prototype.entries.call(value)) {
      if (isCompound(key)) visit(key, () => ".keys()");
      if (isCompound(item)) visit(item, () => (isCompound(key) ? ".values()" : `.get(${JSON.stringify(key)})`));
    }
    return;
  }
  if (isSet(value)) {
    for (const item of Set.prototype.values.call(value)) if (isCompound(item)) visit(item, () => ".values()");
    return;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype && isNodeTransferable(value)) return;
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key];
    if (isCompound(child))
      visit(child, () => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`));
  }
}

/**
 * Copies an object as structured clone would, one level deep.
 *
 * @param copies gets the copy before the children are copied, so that an object may contain itself.
 * @param child gives the copy of a child.
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
  for (const key of Object.keys(value)) setField(copy, key, child((value as Record<string, unknown>)[key]));
  return copy;
}

// Assigning to a field named "__proto__" would set the prototype.
function setField(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(copy, key, { value, writable: true, configurable: true, enumerable: true });
  else copy[key] = value;
}
