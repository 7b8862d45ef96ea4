import type { FunctionBundle } from "./function-bundle.ts";

/** The data of a function's form: its bundle, and its index in that. */
export interface FunctionForm {
  readonly bundle: FunctionBundle;
  readonly function: number;
}

/** The data of the form of an object of one of the program's classes. */
export interface InstanceForm extends FunctionForm {
  /** An object of the built-in class that its class extends, with the same state; `null` when that is Object. */
  readonly content: object | null;
  /** Its own fields. */
  readonly fields: Record<string, unknown>;
  /** Whether it is sent within an error: without its class, it arrives as a plain object. */
  readonly isOptional: boolean;
}

/** The data of the form of an object of a class of `registerClass()`. */
export interface ReducedForm extends FunctionForm {
  /** The data that its `toPlain` returned. */
  readonly plain: unknown;
  /** The stack of an error; `null` for other objects. */
  readonly stack: string | null;
}

/** The data of the form of an error of one of the program's classes. */
export interface ErrorInstanceForm extends FunctionForm {
  /** The data of the form that an error has without its class. */
  readonly error: object;
}
