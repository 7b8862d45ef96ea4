import type { Encoded } from "../../codec/encode.ts";
import type { ModuleRequest } from "./function-bundle.ts";

/** A value made ready to cross, with what its functions must find imported. */
export interface PackedValue extends Encoded {
  readonly requests: readonly ModuleRequest[];
  /** The names of this package's own classes that its functions refer to. */
  readonly ownClasses: readonly string[];
  /** Whether there are functions in it. */
  readonly functions: boolean;
}
