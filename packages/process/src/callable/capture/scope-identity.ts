import { uniqueId } from "../form/weak-identity.ts";
import { type Inspect, type Inspection, isSharedByScripts } from "../source/inspector.ts";
import { fingerprint } from "./fingerprint.ts";

type Values = Readonly<Record<string, unknown>>;

/** A scope of this thread that functions were captured from. */
export class ScopeIdentity {
  /** Its id in all threads and processes. */
  readonly id = uniqueId();
  readonly parent: ScopeIdentity | null;
  readonly children = new Map<string, ScopeIdentity[]>();
  /** The functions inside this scope, each with its distance in scopes. */
  #functions: { readonly fn: WeakRef<object>; readonly distance: number }[] = [];
  /** At this length, functions that were collected are dropped. */
  #pruneAt = 32;
  /** The functions that it is the innermost scope of, by their source positions. */
  readonly #innermost = new Map<string, WeakRef<object>>();
  readonly #versions = new Map<string, { readonly print: unknown; readonly version: number }>();

  constructor(parent: ScopeIdentity | null) {
    this.parent = parent;
  }

  /**
   * The version of the object that a variable holds. It increases when the variable holds another object, and when
   * the object's content has changed. The content of a large object is not compared: each call increases its version.
   */
  versionOf(name: string, value: object): number {
    const print = fingerprint(value);
    const known = this.#versions.get(name);
    if (known !== undefined && print !== undefined && known.print === print) return known.version;
    const version = (known?.version ?? 0) + 1;
    this.#versions.set(name, { print, version });
    return version;
  }

  addFunction(fn: object, distance: number, position: string): void {
    this.#functions.push({ fn: new WeakRef(fn), distance });
    if (this.#functions.length >= this.#pruneAt) this.#prune();
    if (distance === 0 && !this.#innermost.has(position)) this.#innermost.set(position, new WeakRef(fn));
  }

  // A program may make and send a function at each request, so the list would grow without end.
  #prune(): void {
    this.#functions = this.#functions.filter(({ fn }) => fn.deref() !== undefined);
    this.#pruneAt = Math.max(32, 2 * this.#functions.length);
  }

  get isUsed(): boolean {
    return this.#functions.some(({ fn }) => fn.deref() !== undefined);
  }

  /** Whether another function at a position has this innermost scope: closures of one text never share theirs. */
  isTakenAt(position: string, fn: object): boolean {
    const known = this.#innermost.get(position);
    return known !== undefined && known.deref() !== fn;
  }

  /** The current values of its variables. */
  values(inspect: Inspect): Values | undefined {
    for (const { fn, distance } of this.#functions) {
      const live = fn.deref();
      if (live !== undefined) return inspect(live).scopes[distance]?.variables;
    }
    return undefined;
  }
}

const chains = new WeakMap<object, readonly ScopeIdentity[]>();
const roots = new Map<string, ScopeIdentity[]>();
const mostSiblings = 32;

/**
 * Finds the scopes around a function, innermost first, among those that functions were captured from before.
 *
 * V8 shows the variables of a scope, but not whether two functions share it. A scope counts as a known one when it has
 * the same place in the same script, the same parent scope, and the same values at this moment. Two closures of the
 * same text never share their innermost scope: two counters that are both at 0 stay two.
 *
 * @param inspect asks V8 for current values.
 */
export function scopesOf(fn: object, inspection: Inspection, inspect: Inspect): readonly ScopeIdentity[] {
  const known = chains.get(fn);
  if (known !== undefined && known.length === inspection.scopes.length) return known;
  const { script, line, column, scopes } = inspection;
  const position = `${line}:${column}`;
  const chain: ScopeIdentity[] = [];
  let parent: ScopeIdentity | null = null;
  for (let distance = scopes.length - 1; distance >= 0; distance--) {
    const { kind, variables } = scopes[distance] as Inspection["scopes"][number];
    const isOnce = kind === "Module" || isSharedByScripts(kind);
    const siblings = siblingsOf(parent, isSharedByScripts(kind) ? kind : `${script?.id} ${kind}`);
    const isSame = (one: ScopeIdentity) =>
      isOnce ||
      (!(distance === 0 && one.isTakenAt(position, fn)) && haveSameValues(one.values(inspect) ?? {}, variables));
    let found: ScopeIdentity | undefined = siblings.find(isSame);
    if (found === undefined) {
      found = new ScopeIdentity(parent);
      addSibling(siblings, found);
    }
    found.addFunction(fn, distance, position);
    chain.unshift(found);
    parent = found;
  }
  chains.set(fn, chain);
  return chain;
}

function siblingsOf(parent: ScopeIdentity | null, key: string): ScopeIdentity[] {
  const lists = parent?.children ?? roots;
  const found = lists.get(key) ?? [];
  lists.set(key, found);
  return found;
}

// Scopes whose functions were all collected are dropped, and the oldest of many.
function addSibling(siblings: ScopeIdentity[], added: ScopeIdentity): void {
  if (siblings.length >= mostSiblings) {
    const used = siblings.filter((one) => one.isUsed).slice(1 - mostSiblings);
    siblings.splice(0, siblings.length, ...used);
  }
  siblings.push(added);
}

function haveSameValues(a: Values, b: Values): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) => Object.hasOwn(b, name) && Object.is(readOrUninitialized(a, name), readOrUninitialized(b, name)),
    )
  );
}

const uninitialized = Symbol("no value yet");

/** Reads a variable; for one that has no value yet, gives {@link uninitialized}. */
function readOrUninitialized(variables: Values, name: string): unknown {
  try {
    return variables[name];
  } catch {
    return uninitialized;
  }
}
