import type { HostedObject } from "../hosted/hosted-object.ts";
import { callMethodName, iterateMethod, valueMethod } from "../session/exposed-methods.ts";
import { methodsOfType, type PythonCall } from "./python-type-methods.ts";

/** The names that code of Python cannot use for a method: its keywords. */
const reserved = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global " +
    "if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** Always callable, as in Python: `_getvalue()`, `str()` and `repr()` of a proxy. */
const fallbacks = ["#GETVALUE", "__str__", "__repr__"];

/** The names of the methods that a proxy of Python gets. Properties are methods without arguments. */
export function namesForPython(hosted: HostedObject): string[] {
  const { methods, getters, isIterable } = hosted.exposed;
  const own = [...methods, ...getters].filter((name) => /^[A-Za-z_]\w*$/.test(name) && !reserved.has(name));
  const ofType = methodsOfType(hosted);
  const names = new Set([...own, ...Object.keys(ofType ?? {})]);
  if (methods.includes(callMethodName)) names.add("__call__");
  if (ofType === undefined && isIterable) names.add("__iter__");
  return [...names];
}

/** Whether a client of Python may call a method. */
export function isCallable(hosted: HostedObject, method: string): boolean {
  return fallbacks.includes(method) || namesForPython(hosted).includes(method);
}

/**
 * Calls a method for a client of Python: that of Python's type of the same name, or the object's own, whose keyword
 * arguments become an options object.
 *
 * @param apply calls a method of the object by our name.
 */
export function callFromPython(
  hosted: HostedObject,
  method: string,
  args: readonly unknown[],
  keywords: ReadonlyMap<string, unknown>,
  apply: (name: string, args: readonly unknown[]) => unknown,
): unknown {
  // A connection of Python is one thread, and so one flow.
  const flows = hosted.exposed.lock?.hasFlows ? [1] : [];
  const call: PythonCall = (name, ...values) => apply(name, [...flows, ...values]);
  const ofType = methodsOfType(hosted);
  if (ofType !== undefined && Object.hasOwn(ofType, method)) {
    const { parameters, run } = ofType[method] as (typeof ofType)[string];
    return run(call, ...bind(method, parameters, args, keywords));
  }
  if (method === "#GETVALUE") return call(valueMethod);
  if (method === "__str__" || method === "__repr__") return String(hosted.object);
  if (method === "__iter__") return call(iterateMethod);
  return call(method === "__call__" ? callMethodName : method, ...withOptions(args, keywords));
}

/** Adds keyword arguments as an options object. */
export function withOptions(args: readonly unknown[], keywords: ReadonlyMap<string, unknown>): readonly unknown[] {
  return keywords.size === 0 ? args : [...args, Object.fromEntries(keywords)];
}

function bind(
  method: string,
  parameters: readonly string[],
  args: readonly unknown[],
  keywords: ReadonlyMap<string, unknown>,
): unknown[] {
  const isVariadic = parameters.at(-1) === "*";
  if (args.length > parameters.length && !isVariadic)
    throw new TypeError(`${method}() takes ${parameters.length} arguments, ${args.length} were given`);
  const values = [...args];
  for (const [name, value] of keywords) {
    const index = parameters.indexOf(name);
    if (index < 0 || index < args.length) throw new TypeError(`${method}() takes no argument ${name} here`);
    values[index] = value;
  }
  return values;
}
