import { TargetError } from "../../base/errors.ts";
import { isPackageFile } from "../../base/package-files.ts";
import { isNativeFunction } from "../../codec/object-kind.ts";
import type { Callable } from "../form/target.ts";
import type { Inspect } from "../source/inspector.ts";
import { privateNames } from "../source/private-names.ts";
import type { Script } from "../source/script.ts";
import { findBuiltin } from "./builtin-export.ts";
import { findGlobalPath } from "./global-path.ts";

/** The built-in class whose internal state the objects of a class have. `"View"` is any typed array or DataView. */
export type BaseClass = "Object" | "Array" | "Map" | "Set" | "Date" | "RegExp" | "Error" | "View";

/** A class that is written in JavaScript, and whether its objects can be copied. */
export interface ProgramClass {
  readonly fn: Callable;
  readonly base: BaseClass;
  /** Why its objects cannot be copied, as the rest of a sentence, with the fix; `null` when they can. */
  readonly refusal: string | null;
}

const constructors = new WeakSet<object>();

/** Whether a function is a class: methods were added to its prototype, or an object that it made was sent. */
export function isConstructor(fn: Callable): boolean {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
  return (
    constructors.has(fn) ||
    (typeof prototype === "object" && Reflect.ownKeys(prototype ?? {}).some((key) => key !== "constructor"))
  );
}

const classes = new WeakMap<object, ProgramClass | null>();

/**
 * Finds the class of an object whose class structured clone would lose. Cached by prototype, since messages may
 * hold many objects of one class.
 *
 * @returns `null` for plain objects, and for objects of classes that are built into V8 or, with few exceptions, into
 *   Node.
 */
export function programClassOf(value: object, inspect: Inspect): ProgramClass | null {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return null;
  let found = classes.get(prototype);
  if (found === undefined) {
    found = examine(prototype, inspect);
    classes.set(prototype, found);
  }
  if (found === null || found.refusal !== null || Object.getOwnPropertySymbols(value).length === 0) return found;
  // Nanoseconds of an `fs.Stats` since Node 26: without them, only `atimeInstant` and its like throw.
  if (isPlainNodeClass(found.fn)) return found;
  return { ...found, refusal: `has fields whose keys are symbols, which are not copied; ${sendData}` };
}

const sendData = "make it in the child, and send the data from which it can be made";

function examine(prototype: object, inspect: Inspect): ProgramClass | null {
  const fn = ownConstructor(prototype);
  if (fn === undefined) {
    const above: object | null = Object.getPrototypeOf(prototype);
    const inherited = above && examine(above, inspect);
    return inherited && { ...inherited, refusal: `has a prototype that is not that of its class; ${sendData}` };
  }
  // The inspector may be forbidden, and native classes and Node's need none.
  const isPlain = isPlainNodeClass(fn);
  if (isNativeFunction(fn) || (!isPlain && findBuiltin(fn) !== undefined)) return null;
  const script = scriptOf(fn, inspect);
  if (script === null) return null;
  if (script === undefined) return { fn, base: "Object", refusal: needsInspector };
  constructors.add(fn);
  const isNodes = script.url.startsWith("node:");
  if (isNodes && !isPlain) return null;
  return { fn, ...examineChain(prototype, isNodes, inspect) };
}

const needsInspector = `is of a class that V8's inspector must find, which this Node lacks or its options forbid; ${sendData}`;

/** The script of a class; `undefined` where this process may not find it. */
function scriptOf(fn: Callable, inspect: Inspect): Script | null | undefined {
  try {
    return inspect(fn).script;
  } catch (error) {
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

function examineChain(prototype: object, isNodes: boolean, inspect: Inspect): Pick<ProgramClass, "base" | "refusal"> {
  const refused = (why: string) => ({ base: "Object" as const, refusal: why });
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const fn = ownConstructor(at);
    // `Object.prototype` of every realm has no prototype; nor has that of a class that extends `null`.
    if (Object.getPrototypeOf(at) === null) return { base: "Object", refusal: null };
    if (fn === undefined) continue;
    const { script } = inspect(fn);
    if (script === null) {
      const base = baseClasses.get(findGlobalPath(fn)?.join(".") ?? "");
      return base === undefined
        ? refused(`extends ${fn.name || "a native class"}, whose state cannot be copied; ${sendData}`)
        : { base, refusal: null };
    }
    if (!isNodes && script.url.startsWith("node:"))
      return refused(`extends ${fn.name}, a class of Node whose state cannot be copied; ${sendData}`);
    const names = privateNames(fn);
    if (names.length > 0) {
      if (isPackageFile(script.url))
        return refused("belongs to the process that created it; create one inside of the function");
      return refused(
        `has private fields (${names.join(", ")}), which only its class can read; ` +
          "declare them without # (in TypeScript as private), or call registerClass() with it",
      );
    }
  }
  return { base: "Object", refusal: null };
}

const errorNames = ["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"];
const viewNames = ["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "Float16", "Float32"];
// The classes of Node whose objects consist of their fields. Others have state that no program can read.
const plainNodeClasses = new Set(["fs.Stats", "url.Url"]);

function isPlainNodeClass(fn: Callable): boolean {
  const found = findBuiltin(fn);
  return plainNodeClasses.has(`${found?.module}.${found?.name}`);
}

const baseClasses = new Map<string, BaseClass>([
  ...(["Object", "Array", "Map", "Set", "Date", "RegExp"] as const).map((name) => [name, name] as const),
  ...[...errorNames, "AggregateError"].map((name) => [name, "Error"] as const),
  ...[...viewNames, "Float64", "BigInt64", "BigUint64"].map((name) => [`${name}Array`, "View"] as const),
  ["DataView", "View"],
]);

function ownConstructor(prototype: object): Callable | undefined {
  // `constructor` is read as a property, not by its descriptor: with frozen intrinsics it is an accessor.
  const fn: unknown = Object.hasOwn(prototype, "constructor") ? prototype.constructor : undefined;
  return typeof fn === "function" && fn.prototype === prototype ? fn : undefined;
}
