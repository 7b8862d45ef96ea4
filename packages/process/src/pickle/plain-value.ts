import { PickleError } from "../base/errors.ts";
import { PythonException, PythonGlobal, PythonTuple } from "./python-object.ts";

/**
 * The deepest nesting of a value. Python's own pickler gives up before this; code that visits a received value by
 * recursion does not exhaust the stack.
 */
export const maxDepth = 1000;

/**
 * Converts what {@link readPickle} returns to values of JavaScript: tuples to arrays, and dicts whose keys are all
 * strings to objects. A value that the pickle refers to twice stays one value, cycles too.
 *
 * @param convertObject converts a token, a proxy or an exception; throws for one that has no place in this value.
 * @throws {PickleError} when it is nested too deep, or contains a class.
 */
export function toPlain(value: unknown, convertObject: (object: object) => unknown): unknown {
  const known = new Map<object, { readonly target: unknown; height: number }>();

  function convert(source: unknown, depth: number): { readonly target: unknown; readonly height: number } {
    if (typeof source !== "object" || source === null || source instanceof Buffer) return { target: source, height: 0 };
    const before = known.get(source);
    // The height of a value that is not converted yet, which is a cycle, is 0.
    if (depth + (before?.height ?? 1) > maxDepth) {
      throw new PickleError(`Cannot read a pickle: it nests values more than ${maxDepth} deep; send it flat`);
    }
    if (before !== undefined) return before;
    const { target, children } = begin(source, convertObject);
    const entry = { target, height: 0 };
    known.set(source, entry);
    let height = 0;
    children((child) => {
      const converted = convert(child, depth + 1);
      height = Math.max(height, converted.height);
      return converted.target;
    });
    entry.height = height + 1;
    return entry;
  }

  return convert(value, 0).target;
}

interface Conversion {
  readonly target: unknown;
  /** Fills the target with its children, each converted. */
  children(convert: (child: unknown) => unknown): void;
}

function begin(source: object, convertObject: (object: object) => unknown): Conversion {
  if (Array.isArray(source)) return intoArray(source);
  if (source instanceof PythonTuple) return intoArray(source.items);
  if (source instanceof Set) {
    const target = new Set();
    return { target, children: (convert) => source.forEach((item) => void target.add(convert(item))) };
  }
  if (source instanceof Map) return fromDict(source);
  if (source instanceof PythonGlobal)
    throw new PickleError(`Cannot read a pickle: it contains ${source}, which is not plain data`);
  return { target: convertObject(source), children() {} };
}

function intoArray(items: readonly unknown[]): Conversion {
  const target: unknown[] = [];
  return {
    target,
    children: (convert) => {
      for (const item of items) target.push(convert(item));
    },
  };
}

function fromDict(dict: ReadonlyMap<unknown, unknown>): Conversion {
  for (const key of dict.keys()) {
    if (typeof key === "string") continue;
    const target = new Map();
    return {
      target,
      children: (convert) => dict.forEach((value, key) => void target.set(convert(key), convert(value))),
    };
  }
  const target = {};
  return {
    target,
    // Not by assignment, which would set the prototype for the key `__proto__`.
    children: (convert) =>
      dict.forEach((value, key) => {
        Object.defineProperty(target, key as string, {
          value: convert(value),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }),
  };
}

/** Refuses every object of Python. */
export function refuseObject(object: object): never {
  const what = object instanceof PythonException ? `an exception ${object.type}` : `a ${object.constructor.name}`;
  throw new PickleError(`Cannot read a pickle: it contains ${what} within a value`);
}
