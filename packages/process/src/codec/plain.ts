const deepest = 32;
const fewObjects = 8;

/**
 * Whether a value is made of nothing but numbers, strings, booleans, `null`, `undefined`, arrays and plain objects, each
 * of them in one place only: what a compact format gives back exactly.
 */
export function isPlain(value: unknown): boolean {
  few.length = 0;
  many = undefined;
  return looksPlain(value, 0);
}

function looksPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "number":
      // -0 would lose its sign.
      return value !== 0 || 1 / value > 0;
    case "string":
      return value.isWellFormed();
    case "boolean":
    case "undefined":
      return true;
    case "object":
      return value === null || (depth < deepest && isFirst(value) && isPlainObject(value, depth + 1));
    default:
      return false;
  }
}

function isPlainObject(object: object, depth: number): boolean {
  if (Array.isArray(object)) {
    for (let i = 0; i < object.length; i++) {
      const item = object[i];
      if (item === undefined && !(i in object)) return false;
      if (!looksPlain(item, depth)) return false;
    }
    return true;
  }
  if (Object.getPrototypeOf(object) !== Object.prototype) return false;
  for (const key in object) {
    if (key === "__proto__" || !looksPlain((object as Record<string, unknown>)[key], depth)) return false;
  }
  return true;
}

// The objects that were met. A few are found faster in a list than in a set, and most values have only a few.
const few: object[] = [];
let many: Set<object> | undefined;

function isFirst(object: object): boolean {
  if (many !== undefined) return many.size < many.add(object).size;
  for (const known of few) if (known === object) return false;
  few.push(object);
  if (few.length > fewObjects) many = new Set(few);
  return true;
}
