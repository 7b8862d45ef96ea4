import { ManyhandsError } from "../../base/errors.ts";
import { registerError } from "../../codec/error-form.ts";

/** A collection changed its size while somebody iterated over it. */
export class RangeChangedError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("RANGE_CHANGED", message, options);
  }
}
registerError(RangeChangedError);
