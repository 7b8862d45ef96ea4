import { isMap, isSet } from "../../codec/object-kind.ts";
import { reducerOf } from "../../codec/registered-class.ts";

const ids = new WeakMap<object, number>();
let lastId = 0;
// Most variables that functions share are small: a large value costs no more than this to recognise as large.
const mostNodes = 100;
const mostBytes = 1000;

/**
 * A text that is equal for an object as long as its content is: the object's identity, and its data to any depth.
 *
 * @returns `undefined` for an object that is too large to compare, or cannot be read, or whose class is registered.
 */
export function fingerprint(value: object): string | undefined {
  const parts: string[] = [];
  const seen = new Map<unknown, number>();
  const stack: unknown[] = [value];
  try {
    while (stack.length > 0) {
      if (parts.length > mostNodes) return undefined;
      const next = stack.pop();
      parts.push(nodeText(next, seen));
      if (typeof next !== "object" || next === null || seen.has(next)) continue;
      seen.set(next, seen.size);
      const children = childrenOf(next);
      if (children === undefined || children.length + stack.length > mostNodes) return undefined;
      stack.push(...children);
    }
  } catch {
    return undefined;
  }
  return parts.join("\n");
}

function nodeText(value: unknown, seen: ReadonlyMap<unknown, number>): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" && typeof value !== "function") return Object.is(value, -0) ? "-0" : String(value);
  if (value === null) return "null";
  const known = seen.get(value);
  return known === undefined ? `#${idOf(value)}` : `^${known}`;
}

function childrenOf(value: object): unknown[] | undefined {
  // The state of such an object is not in its fields.
  if (reducerOf(value) !== undefined) return undefined;
  if (value instanceof Date || value instanceof RegExp) return [String(Number(value)), String(value)];
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    if (value.byteLength > mostBytes) return undefined;
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    return [bytes.join()];
  }
  if (Array.isArray(value) && value.length > mostNodes) return undefined;
  const own = Object.entries(value).flat();
  if (isMap(value)) return [...own, ...[...Map.prototype.entries.call(value)].flat()];
  return isSet(value) ? [...own, ...Set.prototype.values.call(value)] : own;
}

function idOf(object: object): number {
  let id = ids.get(object);
  if (id === undefined) {
    id = ++lastId;
    ids.set(object, id);
  }
  return id;
}
