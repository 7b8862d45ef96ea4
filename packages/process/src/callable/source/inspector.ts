import { isNativeFunction } from "../../codec/object-kind.ts";
import type { Callable } from "../form/target.ts";
import { type InspectorPost, openInspectorSession } from "./inspector-session.ts";
import { syntax } from "./load-syntax.ts";
import { findScript, type Script } from "./script.ts";

/** Facts that V8's inspector gives about a function or another object. */
export interface Inspection {
  /** The script of the function; `null` for native and bound functions, proxies and other objects. */
  readonly script: Script | null;
  /** The position that V8 gives for it: of its parameters, or of a class's constructor. Both count from 0. */
  readonly line: number;
  readonly column: number;
  /**
   * The scopes around it, innermost first, without the variables that every program has. Reading a variable that has no
   * value yet may throw.
   */
  readonly scopes: readonly ScopeView[];
  /** The names of its private fields. */
  readonly privates: readonly string[];
  /** What a bound function was made of; `null` for all others. */
  readonly bound: BoundParts | null;
}

/** The parts of a bound function, as they were given to `bind()`. */
export interface BoundParts {
  readonly target: Callable;
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** A scope, with the current values of its variables. */
export interface ScopeView {
  /** `Global`, `Script`, `Module`, `Block`, `Closure (name)`… */
  readonly kind: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Whether all scripts that are no modules share the scope of this kind. */
export function isSharedByScripts(kind: string): boolean {
  return kind === "Script" || kind === "Global";
}

/** Asks V8 about a function or another object. */
export type Inspect = (target: object) => Inspection;

/**
 * Runs a function with an `inspect` that opens an inspector session when it is first called. Closes the session
 * afterwards.
 */
export function withInspector<T>(ask: (inspect: Inspect) => T): T {
  let session: ReturnType<typeof openInspectorSession> | undefined;
  try {
    return ask((target) => {
      session ??= openInspectorSession();
      return inspect(target, session.post);
    });
  } finally {
    session?.close();
  }
}

/** Lists all functions and classes in memory that have a name. Walks through the whole heap. */
export function listFunctions(name: string): Callable[] {
  const session = openInspectorSession();
  const { post } = session;
  slots ??= globalSlots();
  slots[slotKey] = { value: name };
  try {
    const { result } = post("Runtime.evaluate", { expression: "Function.prototype", objectGroup: group });
    const { objectId: prototypeObjectId } = result as { objectId: string };
    const { objects } = post("Runtime.queryObjects", { prototypeObjectId, objectGroup: group });
    const { objectId } = objects as { objectId: string };
    const functionDeclaration = `function () { const { value } = ${slot}; ${slot}.value = this.filter((fn) =>
      Object.getOwnPropertyDescriptor(fn, "name")?.value === value); }`;
    post("Runtime.callFunctionOn", { objectId, functionDeclaration });
    return slots[slotKey]?.value as Callable[];
  } finally {
    delete slots[slotKey];
    post("Runtime.releaseObjectGroup", { objectGroup: group });
    session.close();
  }
}

// During an inspection, a slot on the global object passes objects to the inspector and back. It is the global object
// that the inspector evaluates in, which is another one when this code runs in a context of node:vm.
const slotKey = Symbol.for("manyhands.inspected");
let slots: Record<symbol, { value: unknown } | undefined> | undefined;
const slot = `globalThis[Symbol.for("manyhands.inspected")]`;
const group = "manyhands";

function globalSlots(): NonNullable<typeof slots> {
  return process.getBuiltinModule("node:vm").runInThisContext("globalThis") as NonNullable<typeof slots>;
}

interface InspectorProperty {
  readonly name: string;
  readonly value?: {
    readonly objectId?: string;
    readonly value?: unknown;
    readonly unserializableValue?: string;
  };
}

interface ScriptLocation {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

function inspect(target: object, post: InspectorPost): Inspection {
  slots ??= globalSlots();
  slots[slotKey] = { value: target };
  try {
    const { result } = post("Runtime.evaluate", { expression: `${slot}.value`, objectGroup: group });
    const { objectId } = result as { objectId: string };
    showMissingValues(true);
    const { internalProperties = [], privateProperties = [] } = post("Runtime.getProperties", {
      objectId,
      ownProperties: true,
    }) as { internalProperties?: InspectorProperty[]; privateProperties?: InspectorProperty[] };
    const internal = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    const location = internal("[[FunctionLocation]]")?.value as ScriptLocation | undefined;
    const scopesId = internal("[[Scopes]]")?.objectId;
    let scopes: ScopeView[] = [];
    if (location !== undefined && scopesId !== undefined) {
      // A function that the inspector calls with the list of scopes as `this` gets the scopes with their current
      // values.
      const functionDeclaration = `function () { ${slot}.value = this; }`;
      post("Runtime.callFunctionOn", { objectId: scopesId, functionDeclaration });
      scopes = scopeViews(slots[slotKey]?.value);
    }
    const view: Inspection = {
      script: null,
      line: location?.lineNumber ?? 0,
      column: location?.columnNumber ?? 0,
      scopes,
      privates: privateProperties.map(({ name }) => name),
      bound: internal("[[TargetFunction]]") === undefined ? null : boundParts(internal, post),
    };
    // V8 gives a location for `Function.prototype`, in a script that cannot be read.
    if (location === undefined || isNativeFunction(target)) return view;
    const isModule = scopes.some(({ kind }) => kind === "Module");
    const text = Function.prototype.toString.call(target);
    const isAtPosition = (script: Script) => syntax().sourcePosition(text, { ...view, script }) !== null;
    return { ...view, script: findScript(location.scriptId, post, isModule, isAtPosition) };
  } finally {
    showMissingValues(false);
    delete slots[slotKey];
    post("Runtime.releaseObjectGroup", { objectGroup: group });
  }
}

// V8 of Node 20 shows `undefined` for a variable that has no value yet, unless it has this flag. Later versions always
// throw when such a variable is read, and have no flag.
const hasFlag = Number.parseInt(process.versions.node, 10) === 20;

function showMissingValues(shows: boolean): void {
  if (!hasFlag) return;
  process.getBuiltinModule("node:v8").setFlagsFromString(`--${shows ? "" : "no-"}experimental-value-unavailable`);
}

function boundParts(internal: (name: string) => InspectorProperty["value"], post: InspectorPost): BoundParts {
  const [target, self, args] = ["[[TargetFunction]]", "[[BoundThis]]", "[[BoundArgs]]"].map(internal);
  const asArgument = ({ objectId, unserializableValue, value }: NonNullable<typeof self> = {}) =>
    objectId !== undefined ? { objectId } : unserializableValue !== undefined ? { unserializableValue } : { value };
  post("Runtime.callFunctionOn", {
    objectId: target?.objectId,
    functionDeclaration: `function (self, args) { ${slot}.value = { target: this, self, args: Array.from(args) }; }`,
    arguments: [asArgument(self), asArgument(args)],
  });
  return slots?.[slotKey]?.value as BoundParts;
}

function scopeViews(list: unknown): ScopeView[] {
  const scopes = Array.from(list as ArrayLike<{ description: string; object: Record<string, unknown> }>);
  return scopes.flatMap(({ description: kind, object }) => {
    if (kind !== "Global") return { kind, variables: object };
    const variables = declaredGlobals(object);
    return variables === null ? [] : { kind, variables };
  });
}

// Finds the global variables that `var` and `function` declare at the top of a script, as in `node -e` and the REPL.
// Only these are enumerable but not configurable. In a context of node:vm, all enumerable variables are the
// program's.
function declaredGlobals(global: Record<string, unknown>): Record<string, unknown> | null {
  const isDeclared = (name: string) =>
    global === slots
      ? Object.getOwnPropertyDescriptor(global, name)?.configurable === false
      : !(name in (slots as object));
  const names = Object.keys(global).filter(isDeclared);
  return names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, global[name]]));
}
