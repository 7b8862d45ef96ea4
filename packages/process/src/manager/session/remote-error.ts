import { ManyhandsError } from "../../base/errors.ts";
import { registerError } from "../../codec/error-form.ts";

/**
 * A manager could not do what it was asked to, for a reason of its own: the method is not exposed, there is no such object or type, or the
 * answer cannot cross. What the object itself throws arrives as what it is.
 */
export class RemoteError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("REMOTE", message, options);
  }
}
registerError(RemoteError);

/** There is no such key, or no such element. */
export class KeyError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("KEY", message, options);
  }
}
registerError(KeyError);
