import type { PackedScope, PackedScript, ValueSource } from "../form/function-bundle.ts";
import { type Inspection, isSharedByScripts, type ScopeView } from "../source/inspector.ts";
import type { Script } from "../source/script.ts";
import { readScriptFacts } from "../source/script-facts.ts";

/** A scope of the program, with the variables that the captured functions use. */
export interface CapturedScope {
  readonly script: number;
  readonly kind: string;
  readonly parent: number | null;
  /** All its variables, with their current values. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The captured ones. */
  readonly variables: Record<string, ValueSource>;
  /** The source positions of the functions that this scope is the innermost one of. */
  readonly functionPositions: Set<string>;
}

/** The scopes of a bundle. A scope that several functions share is in it once. */
export class CapturedScopes {
  readonly scripts: PackedScript[] = [];
  readonly #scopes: CapturedScope[] = [];
  readonly #scriptIndices = new Map<string, number>();

  get packed(): PackedScope[] {
    return this.#scopes.map(({ script, parent, variables }) => ({ script, parent, variables }));
  }

  at(index: number): CapturedScope {
    return this.#scopes[index] as CapturedScope;
  }

  /** Whether a scope is the outermost one of a single script. */
  isTop({ parent }: CapturedScope): boolean {
    return parent === null || isSharedByScripts(this.at(parent).kind);
  }

  /** @returns the script's index. */
  addScript(script: Script, isStrict: boolean): number {
    const known = this.#scriptIndices.get(script.id);
    if (known !== undefined) return known;
    const mapped = (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled === true;
    const index = this.scripts.push({ url: script.url, sourceMap: mapped ? script.sourceMapUrl : "", isStrict }) - 1;
    this.#scriptIndices.set(script.id, index);
    return index;
  }

  /**
   * Adds the scopes around a function.
   *
   * @returns their indices, innermost first.
   */
  addScopes({ script, line, column, scopes }: Inspection): number[] {
    const scriptIndex = this.addScript(script as Script, readScriptFacts(script as Script).isStrict);
    const indices: number[] = [];
    let parent: number | null = null;
    for (const [distance, view] of [...scopes.entries()].reverse()) {
      const position = distance === 0 ? `${line}:${column}` : null;
      parent = this.#add(view, scriptIndex, parent, position);
      indices.unshift(parent);
    }
    return indices;
  }

  // V8 shows the variables of a scope, but not whether two functions share one: scopes with the same values are taken
  // for one scope. Two closures of the same piece of text never share their innermost scope, though: two counters
  // that are both at 0 stay two.
  #add({ kind, variables }: ScopeView, script: number, parent: number | null, position: string | null): number {
    const isOnce = kind === "Module" || isSharedByScripts(kind);
    let index = this.#scopes.findIndex(
      (scope) =>
        scope.script === script &&
        scope.kind === kind &&
        scope.parent === parent &&
        (isOnce ||
          (haveSameValues(scope.values, variables) && (position === null || !scope.functionPositions.has(position)))),
    );
    if (index < 0) {
      const scope = { script, kind, parent, values: variables, variables: {}, functionPositions: new Set<string>() };
      index = this.#scopes.push(scope) - 1;
    }
    if (position !== null) this.#scopes[index]?.functionPositions.add(position);
    return index;
  }
}

function haveSameValues(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
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
function readOrUninitialized(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return variables[name];
  } catch {
    return uninitialized;
  }
}
