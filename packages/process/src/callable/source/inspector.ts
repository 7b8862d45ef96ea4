import { openSession, type Post } from "./inspector-session.ts";
import { type Script, scriptOf } from "./script.ts";
import { sourcePosition } from "./source-position.ts";

/** What V8 knows of a function. */
export interface Inspected {
  /** The script that it stands in; `null` for native and bound functions, proxies, and what is no function. */
  readonly script: Script | null;
  /** Where V8 says it stands: at its parameters, or for a class at its constructor. Both count from 0. */
  readonly line: number;
  readonly column: number;
  /** The variables around it, innermost first, without what every program has. Reading one that has no value yet may throw. */
  readonly scopes: readonly ScopeView[];
  /** Names of the private fields that it has. */
  readonly privates: readonly string[];
  /** Whether it is a bound function. */
  readonly isBound: boolean;
}

/** One scope: a copy of its variables, as they are now. */
export interface ScopeView {
  /** `Global`, `Script`, `Module`, `Block`, `Closure (name)`… */
  readonly kind: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Whether scripts that are no modules all share a scope of this kind. */
export function isOfAllScripts(kind: string): boolean {
  return kind === "Script" || kind === "Global";
}

/** Asks V8 about a function or another object. */
export type Inspect = (target: object) => Inspected;

/** Opens V8's inspector when the first question is asked, and closes it when `ask` returns. */
export function withInspector<T>(ask: (inspect: Inspect) => T): T {
  let session: ReturnType<typeof openSession> | undefined;
  try {
    return ask((target) => {
      session ??= openSession();
      return inspect(target, session.post);
    });
  } finally {
    session?.close();
  }
}

// Where objects are handed over to V8 and back, while a question is being asked.
// They lie on the global object that V8 evaluates in, which is not ours when this code runs in a context of node:vm.
const slotKey = Symbol.for("manyhands.inspected");
let slots: Record<symbol, { value: unknown } | undefined> | undefined;
const slot = `globalThis[Symbol.for("manyhands.inspected")]`;
const group = "manyhands";

interface Property {
  readonly name: string;
  readonly value?: { readonly objectId?: string; readonly value?: unknown };
}

interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

function inspect(target: object, post: Post): Inspected {
  slots ??= process.getBuiltinModule("node:vm").runInThisContext("globalThis") as NonNullable<typeof slots>;
  slots[slotKey] = { value: target };
  try {
    const { result } = post("Runtime.evaluate", { expression: `${slot}.value`, objectGroup: group });
    const { objectId } = result as { objectId: string };
    const { internalProperties = [], privateProperties = [] } = post("Runtime.getProperties", {
      objectId,
      ownProperties: true,
    }) as { internalProperties?: Property[]; privateProperties?: Property[] };
    const internal = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    const location = internal("[[FunctionLocation]]")?.value as Location | undefined;
    const scopesId = internal("[[Scopes]]")?.objectId;
    let scopes: ScopeView[] = [];
    if (location !== undefined && scopesId !== undefined) {
      // Called on the list of scopes, a function sees the scopes themselves, with live values.
      const functionDeclaration = `function () { ${slot}.value = this; }`;
      post("Runtime.callFunctionOn", { objectId: scopesId, functionDeclaration });
      scopes = viewsOf(slots[slotKey]?.value);
    }
    const view: Inspected = {
      script: null,
      line: location?.lineNumber ?? 0,
      column: location?.columnNumber ?? 0,
      scopes,
      privates: privateProperties.map(({ name }) => name),
      isBound: internal("[[TargetFunction]]") !== undefined,
    };
    if (location === undefined) return view;
    const isModule = scopes.some(({ kind }) => kind === "Module");
    const text = Function.prototype.toString.call(target);
    const stands = (script: Script) => sourcePosition(text, { ...view, script }) !== null;
    return { ...view, script: scriptOf(location.scriptId, post, isModule, stands) };
  } finally {
    delete slots[slotKey];
    post("Runtime.releaseObjectGroup", { objectGroup: group });
  }
}

function viewsOf(list: unknown): ScopeView[] {
  const scopes = Array.from(list as ArrayLike<{ description: string; object: Record<string, unknown> }>);
  return scopes.flatMap(({ description: kind, object }) => {
    if (kind !== "Global") return { kind, variables: object };
    const variables = declaredIn(object);
    return variables === null ? [] : { kind, variables };
  });
}

// What `var` and `function` declare at the top of a script that is no module, as in `node -e` and the REPL: these alone can be
// listed but not deleted. In a context of node:vm, all that can be listed is the program's own.
function declaredIn(global: Record<string, unknown>): Record<string, unknown> | null {
  const isDeclared = (name: string) =>
    global === slots
      ? Object.getOwnPropertyDescriptor(global, name)?.configurable === false
      : !(name in (slots as object));
  const names = Object.keys(global).filter(isDeclared);
  return names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, global[name]]));
}
