import type { PackedValue } from "./packed-value.ts";

/** A target as it is sent to a child: plain data. */
export type PackedTarget = ReferenceTarget | ValueTarget;

/** A target that the child imports. */
export interface ReferenceTarget {
  readonly by: "reference";
  /** The module's URL, resolved. */
  readonly module: string;
  /** The export's name; `null` runs the default export when there is one. */
  readonly name: string | null;
  /** As in `ModuleRequest`. */
  readonly isCompiledByRequire?: true;
  /** Why it is not sent as text, for a function of the main module: a failing import is explained by it. */
  readonly refusal?: string;
}

/** A target that the child rebuilds from its text and its captured variables. */
export interface ValueTarget {
  readonly by: "value";
  readonly function: PackedValue;
}
