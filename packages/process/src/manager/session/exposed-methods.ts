/** The members of an object that proxies can use. */
export interface ExposedMethods {
  readonly methods: readonly string[];
  /** Names of properties; a proxy returns promises for them. */
  readonly getters: readonly string[];
  readonly isIterable: boolean;
  /** Set for locks: the interface that their proxies have beside the methods. */
  readonly lock?: LockInterface;
}

/** How proxies of a lock differ from others. */
export interface LockInterface {
  /** Whether an async flow is the holder. Each call then has the caller's flows as its first argument. */
  readonly hasFlows: boolean;
  /** Methods that run at the caller, since they call its functions in its async flow: `hold`, `waitFor`. */
  readonly callerMethods: readonly string[];
}

/** The key of the {@link LockInterface} of a hosted object. */
export const lockInterface: unique symbol = Symbol("lockInterface");

/** The method that returns an iterator. `@` keeps it apart from names in JavaScript. */
export const iterateMethod = "@iterate";
/** The method that returns a copy of an object. */
export const valueMethod = "@value";
/** The method that calls a function. */
export const callMethodName = "@call";

// With these, a caller could run any code in the manager's process.
const neverExposed = new Set([
  "constructor",
  "__proto__",
  "prototype",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
]);
// With it, a proxy would be taken for a promise: an `await` would call it.
const thenable = "then";

/** Whether a proxy may have a member of this name. */
export function canBeExposed(name: string): boolean {
  return !neverExposed.has(name) && name !== thenable;
}

/** @throws {TypeError} when a name must not be exposed. */
export function checkExposed(names: readonly string[]): void {
  for (const name of names) {
    if (typeof name !== "string" || neverExposed.has(name)) {
      throw new TypeError(
        `Cannot expose ${String(name)}: it would give callers access to more than the object; leave it out`,
      );
    }
    if (name === thenable) {
      throw new TypeError(`Cannot expose ${name}: a proxy would be taken for a promise; expose it by another name`);
    }
  }
}

/**
 * The methods and getters of an object that are exposed by default: its own and inherited ones, without names that
 * begin with an underscore and without those of `Object.prototype`.
 *
 * @param only the names to expose. Default: all public ones.
 */
export function findExposed(object: object, only?: readonly string[]): ExposedMethods {
  if (typeof object === "function") return { methods: [callMethodName], getters: [], isIterable: false };
  const methods = new Set<string>();
  const getters = new Set<string>();
  for (
    let at = object;
    at !== null && at !== Object.prototype && at !== Function.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (!canBeExposed(name) || methods.has(name) || getters.has(name)) continue;
      if (only === undefined ? name.startsWith("_") : !only.includes(name)) continue;
      if (typeof value === "function") methods.add(name);
      else if (get !== undefined || (only !== undefined && at === object)) getters.add(name);
    }
  }
  if (only === undefined) methods.add(valueMethod);
  const isIterable = Symbol.asyncIterator in object || Symbol.iterator in object;
  if (isIterable) methods.add(iterateMethod);
  const lock = (object as { readonly [lockInterface]?: LockInterface })[lockInterface];
  return { methods: [...methods], getters: [...getters], isIterable, ...(lock !== undefined && { lock }) };
}
