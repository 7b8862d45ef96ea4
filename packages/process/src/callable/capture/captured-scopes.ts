import type { PackedScope, PackedScript, Source } from "../form/function-bundle.ts";
import { type Inspected, isOfAllScripts, type ScopeView } from "../source/inspector.ts";
import type { Script } from "../source/script.ts";
import { factsOf } from "../source/script-facts.ts";

/** A scope of the program, as far as functions that cross need it. */
export interface CapturedScope {
  readonly script: number;
  readonly kind: string;
  readonly parent: number | null;
  readonly live: Readonly<Record<string, unknown>>;
  readonly variables: Record<string, Source>;
  /** Places of the functions for which it is the innermost scope. */
  readonly literals: Set<string>;
}

/** The scopes of a bundle, each once, however many functions share it. */
export class CapturedScopes {
  readonly scripts: PackedScript[] = [];
  readonly #scopes: CapturedScope[] = [];
  readonly #scriptIds = new Map<string, number>();

  get packed(): PackedScope[] {
    return this.#scopes.map(({ script, parent, variables }) => ({ script, parent, variables }));
  }

  at(index: number): CapturedScope {
    return this.#scopes[index] as CapturedScope;
  }

  /** Whether a scope is the outermost of what was written in one file. */
  isTop({ parent }: CapturedScope): boolean {
    return parent === null || isOfAllScripts(this.at(parent).kind);
  }

  script(script: Script, isStrict: boolean): number {
    const known = this.#scriptIds.get(script.id);
    if (known !== undefined) return known;
    const mapped = (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled === true;
    const index = this.scripts.push({ url: script.url, sourceMap: mapped ? script.sourceMapUrl : "", isStrict }) - 1;
    this.#scriptIds.set(script.id, index);
    return index;
  }

  /**
   * Adds the scopes around a function.
   *
   * @returns their indices, innermost first.
   */
  chain({ script, line, column, scopes }: Inspected): number[] {
    const at = this.script(script as Script, factsOf(script as Script).isStrict);
    const chain: number[] = [];
    let parent: number | null = null;
    for (const [distance, view] of [...scopes.entries()].reverse()) {
      const literal = distance === 0 ? `${line}:${column}` : null;
      parent = this.#add(view, at, parent, literal);
      chain.unshift(parent);
    }
    return chain;
  }

  // V8 shows what a scope holds, but not whether two functions have the same one: those that hold the same are taken to be.
  // Two functions that come of the same piece of text have no scope in common, though: two counters at 0 are two.
  #add({ kind, variables }: ScopeView, script: number, parent: number | null, literal: string | null): number {
    const isOnce = kind === "Module" || isOfAllScripts(kind);
    let index = this.#scopes.findIndex(
      (scope) =>
        scope.script === script &&
        scope.kind === kind &&
        scope.parent === parent &&
        (isOnce || (holdsTheSame(scope.live, variables) && (literal === null || !scope.literals.has(literal)))),
    );
    if (index < 0) {
      index = this.#scopes.push({ script, kind, parent, live: variables, variables: {}, literals: new Set() }) - 1;
    }
    if (literal !== null) this.#scopes[index]?.literals.add(literal);
    return index;
  }
}

function holdsTheSame(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && Object.is(peek(a, name), peek(b, name)))
  );
}

const uninitialized = Symbol("no value yet");

/** Reads a variable; one that has no value yet gives a symbol of its own. */
function peek(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return variables[name];
  } catch {
    return uninitialized;
  }
}
