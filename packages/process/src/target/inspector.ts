import { TargetError } from "../base/errors.ts";

/** What V8 knows of a function. */
export interface Inspected {
  /** The script that it stands in; `null` for native and bound functions and proxies. */
  readonly script: Script | null;
  /** Where V8 says it stands: at its parameters, or for a class at its constructor. Both count from 0. */
  readonly line: number;
  readonly column: number;
  /** The variables around it, innermost first, without the globals. Reading one that has no value yet throws. */
  readonly scopes: readonly ScopeView[];
  /** Names of the private fields that it has. */
  readonly privates: readonly string[];
  /** What a bound function binds. */
  readonly bound: { readonly target: unknown; readonly self: unknown; readonly args: readonly unknown[] } | null;
}

/** One scope: a copy of its variables, as they are now. */
export interface ScopeView {
  /** `Module`, `Script`, `Block`, `Closure (name)`… */
  readonly kind: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A script that V8 has compiled. */
export interface Script {
  readonly id: string;
  /** Where it is from: a URL or a path; empty for text without a name. */
  readonly url: string;
  /** The text as V8 has it: after a loader has turned TypeScript into JavaScript. */
  readonly source: string;
  readonly sourceMapUrl: string;
}

type Post = (method: string, params?: object) => Record<string, unknown>;

// Where functions and objects are handed over, while a question is being asked.
const slotKey = Symbol.for("manyhands.inspected");
const slot = `globalThis[Symbol.for("manyhands.inspected")]`;
const group = "manyhands";
const scripts = new Map<string, { url: string; sourceMapUrl: string; source?: string }>();

/**
 * Asks V8 about functions, through the inspector of this same thread: no port opens, and a debugger that is attached is
 * not disturbed. All that was opened is closed again when `ask` returns.
 *
 * @throws {TargetError} when this Node has no inspector, or its use is not permitted.
 */
export function withInspector<T>(ask: (inspect: (target: object) => Inspected) => T): T {
  const { session, post } = connect();
  const slots = globalThis as { [slotKey]?: { value: unknown } };
  try {
    return ask((target) => inspect(target, post, session));
  } finally {
    delete slots[slotKey];
    session.disconnect();
  }
}

type Session = import("node:inspector").Session;

function connect(): { session: Session; post: Post } {
  try {
    const { Session } = process.getBuiltinModule("node:inspector");
    const session = new Session();
    session.connect();
    const post: Post = (method, params) => {
      let failure: Error | null = null;
      let answer: object | undefined;
      session.post(method, params, (error: Error | null, value?: object) => {
        failure = error;
        answer = value;
      });
      if (failure !== null) throw Object.assign(new Error(`${method} failed`), { cause: failure });
      return answer as Record<string, unknown>;
    };
    return { session, post };
  } catch (cause) {
    throw new TargetError(
      "Cannot find where a function was defined: this Node has no inspector or does not permit its use; " +
        "export the function from a module and start { module: new URL(…), name }",
      { cause },
    );
  }
}

interface Property {
  readonly name: string;
  readonly value?: { readonly objectId?: string; readonly value?: unknown };
}

function inspect(target: object, post: Post, session: Session): Inspected {
  const slots = globalThis as unknown as { [slotKey]: { value: unknown } };
  slots[slotKey] = { value: target };
  const { result } = post("Runtime.evaluate", { expression: `${slot}.value`, objectGroup: group });
  const { objectId } = result as { objectId: string };
  const { internalProperties = [], privateProperties = [] } = post("Runtime.getProperties", {
    objectId,
    ownProperties: true,
  }) as {
    internalProperties?: Property[];
    privateProperties?: Property[];
  };
  const take = (name: string): unknown => {
    const found = internalProperties.find((property) => property.name === name)?.value;
    if (found?.objectId === undefined) return found?.value;
    const functionDeclaration = `function () { ${slot}.value = this; }`;
    post("Runtime.callFunctionOn", { objectId: found.objectId, functionDeclaration });
    return slots[slotKey].value;
  };
  const location = take("[[FunctionLocation]]") as
    | { scriptId: string; lineNumber: number; columnNumber: number }
    | undefined;
  const scopes =
    location === undefined ? [] : (take("[[Scopes]]") as ArrayLike<{ description: string; object: object }>);
  const boundTarget = take("[[TargetFunction]]");
  const inspected: Inspected = {
    script: location === undefined ? null : scriptOf(location.scriptId, post, session),
    line: location?.lineNumber ?? 0,
    column: location?.columnNumber ?? 0,
    scopes: Array.from(scopes, ({ description, object }) => ({
      kind: description,
      variables: object as Record<string, unknown>,
    })).filter(({ kind }) => kind !== "Global"),
    privates: privateProperties.map(({ name }) => name),
    bound:
      boundTarget === undefined
        ? null
        : {
            target: boundTarget,
            self: take("[[BoundThis]]"),
            args: Array.from(take("[[BoundArgs]]") as ArrayLike<unknown>),
          },
  };
  post("Runtime.releaseObjectGroup", { objectGroup: group });
  return inspected;
}

// Only a debugger is told which script is which, and what its text is; that is the dear part, and done once a script.
function scriptOf(id: string, post: Post, session: Session): Script {
  if (scripts.get(id)?.source === undefined) {
    const learn = ({ params }: { params: { scriptId: string; url: string; sourceMapURL?: string } }) => {
      if (!scripts.has(params.scriptId)) {
        scripts.set(params.scriptId, { url: params.url, sourceMapUrl: params.sourceMapURL ?? "" });
      }
    };
    session.on("Debugger.scriptParsed", learn);
    post("Debugger.enable");
    try {
      const { scriptSource } = post("Debugger.getScriptSource", { scriptId: id }) as { scriptSource: string };
      scripts.set(id, { url: "", sourceMapUrl: "", ...scripts.get(id), source: scriptSource });
    } finally {
      post("Debugger.disable");
      session.off("Debugger.scriptParsed", learn);
    }
  }
  return { id, source: "", ...(scripts.get(id) as { url: string; sourceMapUrl: string }) };
}
