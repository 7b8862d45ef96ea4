const maxDepth = 32;
const maxListLength = 8;
/** Structured clone copies longer lists of numbers as fast as they can be checked. */
const maxNumbers = 1024;

/**
 * Whether a value consists of numbers, strings, booleans, `null`, `undefined`, arrays and plain objects only, each
 * object referenced once. A compact format reproduces such a value exactly.
 */
export function isPlainData(value: unknown): boolean {
  seenList.length = 0;
  seenSet = undefined;
  try {
    return isPlainAt(value, 0);
  } catch {
    // A getter threw. Structured clone reports where.
    return false;
  }
}

function isPlainAt(value: unknown, depth: number): boolean {
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
      return value === null || (depth < maxDepth && isFirstVisit(value) && hasPlainFields(value, depth + 1));
    default:
      return false;
  }
}

function hasPlainFields(object: object, depth: number): boolean {
  const prototype = Object.getPrototypeOf(object);
  if (prototype === Array.prototype && Array.isArray(object)) {
    if (object.length > maxNumbers && typeof object[0] === "number") return false;
    for (let i = 0; i < object.length; i++) {
      const item = object[i];
      if (item === undefined && !(i in object)) return false;
      if (!isPlainAt(item, depth)) return false;
    }
    // An array may have fields, as a match of a regular expression has. The format would drop them.
    return Object.keys(object).length === object.length;
  }
  if (prototype !== Object.prototype) return false;
  for (const key in object) {
    // The format takes an object with a field "constructor" for one of another class.
    if (key === "__proto__" || key === "constructor") return false;
    if (!isPlainAt((object as Record<string, unknown>)[key], depth)) return false;
  }
  return true;
}

// The objects visited so far. Searching a list of a few objects is faster than a set, and most values have only a few.
const seenList: object[] = [];
let seenSet: Set<object> | undefined;

function isFirstVisit(object: object): boolean {
  if (seenSet !== undefined) return seenSet.size < seenSet.add(object).size;
  for (const known of seenList) if (known === object) return false;
  seenList.push(object);
  if (seenList.length > maxListLength) seenSet = new Set(seenList);
  return true;
}
