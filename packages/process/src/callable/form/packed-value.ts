import type { Encoded } from "../../codec/encode.ts";
import type { ModuleRequest } from "./function-bundle.ts";

/** An encoded value, with the modules and classes that its functions need. */
export interface PackedValue extends Encoded {
  /** Modules that must be imported before the value is decoded. */
  readonly requests: readonly ModuleRequest[];
  /** The names of this package's classes that its functions refer to. */
  readonly packageClasses: readonly string[];
  /** Whether there are functions, or objects of the program's classes, in it. */
  readonly functions: boolean;
  /** Whether the receiver does without modules that it cannot import. Default: false. */
  readonly isOptional?: boolean;
}
