/** What of an object may be asked for from outside. */
export interface Exposed {
  readonly methods: readonly string[];
  /** Names of properties that are read; their proxies are promises. */
  readonly getters: readonly string[];
  readonly isIterable: boolean;
}

/** The method by which a proxy asks for an iterator; no name of JavaScript's is spelt so. */
export const iterate = "@iterate";
/** The method by which a function is called. */
export const callItself = "@call";

// Through these, whoever may call a method could get at the code of the manager's whole process.
const never = new Set([
  "constructor",
  "__proto__",
  "prototype",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
]);
// A proxy that had it would be taken for a promise: it could not come out of an `await`.
const thenable = "then";

/** @throws {TypeError} when a name is one that is never exposed. */
export function checkExposed(names: readonly string[]): void {
  for (const name of names) {
    if (typeof name !== "string" || never.has(name)) {
      throw new TypeError(`Cannot expose ${String(name)}: it would let callers out of the object; leave it out`);
    }
    if (name === thenable) {
      throw new TypeError(`Cannot expose ${name}: a proxy would be taken for a promise; expose it by another name`);
    }
  }
}

/**
 * What an object shows when it was not said what: its public methods and getters, its own and those of its classes. Names with a leading
 * underscore, and what every object has, are not public.
 *
 * @param only the names that are exposed. Default: all that are public.
 */
export function exposedBy(object: object, only?: readonly string[]): Exposed {
  if (typeof object === "function") return { methods: [callItself], getters: [], isIterable: false };
  const methods = new Set<string>();
  const getters = new Set<string>();
  for (
    let at = object;
    at !== null && at !== Object.prototype && at !== Function.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (never.has(name) || name === thenable || methods.has(name) || getters.has(name)) continue;
      if (only === undefined ? name.startsWith("_") : !only.includes(name)) continue;
      if (typeof value === "function") methods.add(name);
      else if (get !== undefined || (only !== undefined && at === object)) getters.add(name);
    }
  }
  const isIterable = Symbol.asyncIterator in object || Symbol.iterator in object;
  if (isIterable) methods.add(iterate);
  return { methods: [...methods], getters: [...getters], isIterable };
}
