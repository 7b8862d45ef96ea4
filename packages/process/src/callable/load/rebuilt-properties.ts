import type { PackedProperty, ValueSource } from "../form/function-bundle.ts";
import { rememberMembers } from "../form/original-member.ts";
import type { Callable } from "../form/target.ts";

/** Gives a rebuilt function, and its prototype, the properties that its text does not make. */
export function setProperties(
  fn: Callable,
  properties: readonly PackedProperty[],
  resolve: (source: ValueSource) => unknown,
): void {
  if (properties.length === 0) return;
  // The functions that replace members may call them.
  rememberMembers(fn);
  for (const { isStatic, key: packedKey, parts, attributes } of properties) {
    const holder = isStatic ? fn : (fn.prototype as object);
    const key = typeof packedKey === "string" ? packedKey : (resolve(packedKey) as symbol);
    const resolved = Object.entries(parts).map(([part, source]) => [part, resolve(source)]);
    // A property that the text has made unchangeable keeps its value.
    if (attributes === null) Reflect.deleteProperty(holder, key);
    else Reflect.defineProperty(holder, key, { ...attributes, ...Object.fromEntries(resolved) });
  }
}
