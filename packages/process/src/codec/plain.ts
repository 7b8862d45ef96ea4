const deepest = 32;
const fewObjects = 8;

/**
 * Whether a value is made of nothing but numbers, strings, booleans, `null`, `undefined`, arrays and plain objects, each
 * of them in one place only: what a compact format gives back exactly.
 */
export function isPlain(value: unknown): boolean {
  return looksPlain(value, undefined, 0);
}

function looksPlain(value: unknown, seen: Seen | undefined, depth: number): boolean {
  switch (typeof value) {
    case "number":
      // -0 would lose its sign.
      return value !== 0 || Object.is(value, 0);
    case "string":
      return value.isWellFormed();
    case "boolean":
    case "undefined":
      return true;
    case "object":
      return value === null || (depth < deepest && isPlainObject(value, seen ?? new Seen(), depth + 1));
    default:
      return false;
  }
}

function isPlainObject(object: object, seen: Seen, depth: number): boolean {
  if (!seen.isFirst(object)) return false;
  if (Array.isArray(object)) {
    for (let i = 0; i < object.length; i++) {
      const item = object[i];
      if (item === undefined && !(i in object)) return false;
      if (!looksPlain(item, seen, depth)) return false;
    }
    return true;
  }
  if (Object.getPrototypeOf(object) !== Object.prototype) return false;
  for (const key of Object.keys(object)) {
    if (key === "__proto__" || !looksPlain((object as Record<string, unknown>)[key], seen, depth)) return false;
  }
  return true;
}

/** The objects that were met. A few are found faster in a list than in a set, and most values have only a few. */
class Seen {
  readonly #few: object[] = [];
  #many: Set<object> | undefined;

  /** Whether the object is met for the first time. */
  isFirst(object: object): boolean {
    if (this.#many !== undefined) return this.#many.size < this.#many.add(object).size;
    if (this.#few.includes(object)) return false;
    this.#few.push(object);
    if (this.#few.length > fewObjects) this.#many = new Set(this.#few);
    return true;
  }
}
