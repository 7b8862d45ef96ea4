import { currentSender } from "../base/shareable.ts";
import type { Translator } from "./form.ts";
import { isNativeFunction } from "./object-kind.ts";

/** How objects of a class are copied. */
export interface ClassReducer<T extends object, Plain> {
  /** Returns data from which an equal object can be made. It must not contain the object itself. */
  readonly toPlain: (object: T) => Plain;
  /** Makes an object from that data. */
  readonly fromPlain: (plain: Plain) => T;
}

type AnyClass = abstract new (...args: never[]) => object;
type AnyReducer = ClassReducer<object, unknown>;

const reducers = new WeakMap<object, AnyReducer>();
const classes = new Map<string, AnyClass>();

/**
 * Sets how objects of a class are copied to other threads and processes: classes with `#private` fields, or with state
 * that is not in their fields. Python's `copyreg.pickle()`.
 *
 * Call it in the module that declares the class. Children find it there; when the class is sent as text, `toPlain` and
 * `fromPlain` are sent with it. A manager and a socket connection find the class by its name: both programs must have
 * called it. Subclasses need a call of their own.
 *
 * Both functions return what they make, not a promise of it.
 *
 * @throws {TypeError} when it is not a class or a built-in one, `toPlain` or `fromPlain` is not a function, or another
 *   class was registered by its name.
 *
 * @example
 * export class Money {
 *   #cents: number;
 *   constructor(cents: number) { this.#cents = cents; }
 *   get cents() { return this.#cents; }
 * }
 * registerClass(Money, { toPlain: ({ cents }) => cents, fromPlain: (cents: number) => new Money(cents) });
 */
export function registerClass<T extends object, Plain>(
  registered: abstract new (...args: never[]) => T,
  reducer: ClassReducer<T, Plain>,
): void {
  const name = typeof registered === "function" ? registered.name : "";
  if (name === "" || typeof registered.prototype !== "object") {
    throw new TypeError(`Cannot register ${String(registered)}: write a class that has a name`);
  }
  if (isNativeFunction(registered)) {
    throw new TypeError(
      `Cannot register the class ${name}: it is built in and copied as it is; register a class that extends it`,
    );
  }
  for (const key of ["toPlain", "fromPlain"] as const) {
    if (typeof reducer?.[key] === "function") continue;
    throw new TypeError(`Cannot register the class ${name}: ${key} is ${typeof reducer?.[key]}, write a function`);
  }
  const known = classes.get(name);
  if (known !== undefined && known !== registered) {
    throw new TypeError(`Cannot register the class ${name}: another class has that name, give this one another name`);
  }
  addReducer(registered, reducer as unknown as AnyReducer);
}

/** Registers a class that came with a message, unless another one has its name. */
export function addReducer(registered: AnyClass, reducer: AnyReducer): void {
  reducers.set(registered, reducer);
  if (!classes.has(registered.name)) classes.set(registered.name, registered);
}

/** The reducer of an object's own class; `undefined` when it is not registered. */
export function reducerOf(value: object): AnyReducer | undefined {
  const own = typeof value === "object" ? classOf(value) : undefined;
  return own && reducers.get(own);
}

/** The reducer of a class; `undefined` when it is not registered. */
export function reducerOfClass(registered: object): AnyReducer | undefined {
  return reducers.get(registered);
}

/** Makes an object of a registered class from its data. @throws {TypeError} when `fromPlain` is async. */
export function makeObject(name: string, { fromPlain }: AnyReducer, plain: unknown): object {
  const object = fromPlain(plain);
  if (!(object instanceof Promise)) return object;
  throw new TypeError(`Cannot read an object of the class ${name}: its fromPlain is async; make it return the object`);
}

/** The class of an object, by its prototype; `undefined` when it has none. */
export function classOf(value: object): AnyClass | undefined {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || !Object.hasOwn(prototype, "constructor")) return undefined;
  const own = prototype.constructor as unknown;
  return typeof own === "function" ? (own as AnyClass) : undefined;
}

/** The data of the form of an object of a registered class, where messages hold data only. */
interface RegisteredForm {
  readonly name: string;
  readonly plain: unknown;
}

/** Writes objects of registered classes with the name of their class. */
export const registeredClassTranslator: Translator = {
  kind: "registered",
  matches: (value) => reducerOf(value) !== undefined,
  write: (value): RegisteredForm => ({
    name: (classOf(value) as AnyClass).name,
    plain: (reducerOf(value) as AnyReducer).toPlain(value),
  }),
  begin(data, decode) {
    const { name, plain } = data as RegisteredForm;
    const registered = classes.get(name);
    const reducer = registered && reducers.get(registered);
    if (reducer === undefined) {
      throw new TypeError(
        `Cannot read an object of the class ${name}: it is not registered here, import the module that calls registerClass()`,
      );
    }
    if (currentSender() === "stranger") {
      throw new TypeError(
        `Cannot read an object of the class ${name}: its sender has not proved that it has a key; give Listener and Client the same authKey`,
      );
    }
    return makeObject(name, reducer, decode(plain));
  },
};
