import type { FunctionBundle } from "./function-bundle.ts";

/** The data of a function's form: its bundle, and its index in that. */
export interface FunctionForm {
  readonly bundle: FunctionBundle;
  readonly function: number;
}

/** The data of the form of an instance of one of the program's classes: its class, and its own fields. */
export interface InstanceForm extends FunctionForm {
  readonly fields: Record<string, unknown>;
}
