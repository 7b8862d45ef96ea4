import type { PackedScope, PackedScript, ValueSource } from "../form/function-bundle.ts";
import { type Inspect, type Inspection, isSharedByScripts } from "../source/inspector.ts";
import type { Script } from "../source/script.ts";
import { readScriptFacts } from "../source/script-facts.ts";
import { type ScopeIdentity, scopesOf } from "./scope-identity.ts";

/** A scope of the program, with the variables that the captured functions use. */
export interface CapturedScope {
  readonly identity: ScopeIdentity;
  readonly script: number;
  readonly kind: string;
  readonly parent: number | null;
  /** The captured ones of its variables. */
  readonly variables: Record<string, ValueSource>;
  /** The versions of the objects among them. */
  readonly versions: Record<string, number>;
}

/** The scopes of a bundle. A scope that several functions share is in it once. */
export class CapturedScopes {
  readonly scripts: PackedScript[] = [];
  readonly #scopes: CapturedScope[] = [];
  readonly #scriptIndices = new Map<string, number>();

  get packed(): PackedScope[] {
    return this.#scopes.map((scope) => ({
      id: scope.identity.id,
      isTop: this.isTop(scope),
      script: scope.script,
      parent: scope.parent,
      variables: scope.variables,
      versions: scope.versions,
    }));
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
   * @param inspect asks V8 for the current values of known scopes.
   * @returns their indices, innermost first.
   */
  addScopes(fn: object, inspection: Inspection, inspect: Inspect): number[] {
    const script = this.addScript(inspection.script as Script, readScriptFacts(inspection.script as Script).isStrict);
    const identities = scopesOf(fn, inspection, inspect);
    const indices: number[] = [];
    let parent: number | null = null;
    for (const [distance, { kind }] of [...inspection.scopes.entries()].reverse()) {
      const identity = identities[distance] as ScopeIdentity;
      let index = this.#scopes.findIndex((scope) => scope.identity === identity && scope.script === script);
      if (index < 0) index = this.#scopes.push({ identity, script, kind, parent, variables: {}, versions: {} }) - 1;
      indices.unshift(index);
      parent = index;
    }
    return indices;
  }
}
