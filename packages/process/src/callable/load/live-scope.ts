import type { PackedScript } from "../form/function-bundle.ts";
import { innerScope, objectScope, type RebuiltScope } from "./rebuilt-scope.ts";

/**
 * A scope that this thread has rebuilt. The functions of all messages that share it in the sender share it here.
 *
 * JavaScript cannot add a variable to a scope. A message that needs more variables gets a scope inside of the scope:
 * later functions are evaluated in that, and see the variables of both.
 */
export class LiveScope implements RebuiltScope {
  readonly #holders = new Map<string, RebuiltScope>();
  readonly #versions = new Map<string, number | undefined>();
  readonly #assigned = new Set<string>();
  readonly #parent: LiveScope | null;
  /** The variables of the scopes around it that its text can see. */
  readonly #inherited: ReadonlySet<string>;
  #innermost: RebuiltScope;
  /** The live imports, and accessors of the variables that it had before the first of them. */
  #live: object | null = null;
  readonly #liveNames = new Set<string>();

  constructor(outer: RebuiltScope, parent: LiveScope | null) {
    this.#innermost = outer;
    this.#parent = parent;
    this.#inherited = new Set(parent?.names);
  }

  /** All variables that text in it can see. */
  get names(): string[] {
    return [...this.#inherited, ...this.#holders.keys(), ...this.#liveNames];
  }

  /** Adds those of these variables that it does not have. They are `undefined` until they are set. */
  add(names: readonly string[]): void {
    const missing = names.filter((name) => !this.#holders.has(name));
    // Each message calls this: a scope for no variables would nest without end.
    if (missing.length === 0) return;
    this.#innermost = innerScope(this.#innermost, missing);
    for (const name of missing) this.#holders.set(name, this.#innermost);
  }

  /**
   * Adds an import that is read at each use. Only an object can have such a variable, and strict code cannot enter one:
   * text that is evaluated later gets new scopes, which see the present variables by accessors.
   */
  addLive(name: string, read: () => unknown, script: PackedScript): void {
    if (this.#liveNames.has(name)) return;
    if (this.#live === null) {
      const before = this.#innermost;
      const accessors = this.names.map((known) => {
        const get = before.evaluate(`() => ${known}`) as () => unknown;
        const set = before.evaluate(`(function () { ${known} = arguments[0]; })`) as (value: unknown) => void;
        return [known, { get, set }] as const;
      });
      this.#live = Object.defineProperties(Object.create(null) as object, Object.fromEntries(accessors));
      this.#innermost = objectScope(script, this.#live);
    }
    Object.defineProperty(this.#live, name, { get: read });
    this.#liveNames.add(name);
  }

  /** The names that text in this scope cannot see: the parent scope got them after this scope was created. */
  missing(names: readonly string[]): string[] {
    return names.filter((name) => !this.#inherited.has(name) && !this.#holders.has(name) && !this.#liveNames.has(name));
  }

  evaluate(text: string): unknown {
    return this.#innermost.evaluate(text);
  }

  set(name: string, value: unknown): void {
    this.#holders.get(name)?.set(name, value);
  }

  /**
   * Accepts the value that a message has for a variable, and records its version. Refuses it when a function in this
   * thread has assigned to the variable, and when the variable holds the same version of the same object.
   */
  accept(name: string, version: number | undefined): boolean {
    if (this.#assigned.has(name)) return false;
    const isNew = version === undefined || version > (this.#versions.get(name) ?? 0);
    if (isNew) this.#versions.set(name, version);
    return isNew;
  }

  /** Records that a function in this scope is about to assign to a variable, of this scope or one around it. */
  markAssigned(name: string): void {
    if (this.#holders.has(name)) this.#assigned.add(name);
    else this.#parent?.markAssigned(name);
  }
}

// The scopes of modules are kept: a script has one. Those of calls live as long as one of their functions.
const tops = new Map<string, LiveScope>();
const calls = new Map<string, WeakRef<LiveScope>>();
const collected = new FinalizationRegistry((id: string) => {
  if (calls.get(id)?.deref() === undefined) calls.delete(id);
});
const held = new WeakMap<object, LiveScope>();

/** The scope that this thread has by an id. */
export function liveScope(id: string): LiveScope | undefined {
  return tops.get(id) ?? calls.get(id)?.deref();
}

/** Records a scope. @param isTop whether it is a module's. */
export function rememberScope(id: string, scope: LiveScope, isTop: boolean): void {
  if (isTop) tops.set(id, scope);
  else {
    calls.set(id, new WeakRef(scope));
    collected.register(scope, id);
  }
}

/** Keeps a scope as long as a function that was evaluated in it. */
export function holdScope(fn: object, scope: LiveScope): void {
  held.set(fn, scope);
}
