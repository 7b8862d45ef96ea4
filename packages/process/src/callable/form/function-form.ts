import type { Bundle } from "./function-bundle.ts";

/** What stands in a message for a function: its bundle, and its index there. */
export interface FunctionForm {
  readonly bundle: Bundle;
  readonly function: number;
}

/** What stands in a message for an object of a class of the program's own. */
export interface InstanceForm extends FunctionForm {
  readonly fields: Record<string, unknown>;
}
