import { ManyhandsError } from "../../base/errors.ts";
import { registerError } from "../../codec/error-form.ts";

/**
 * The manager refused a call: the method is not exposed, there is no such object or type, or the result cannot be
 * sent. An error that the object itself throws keeps its own class.
 */
export class RemoteError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("REMOTE", message, options);
  }
}
registerError(RemoteError);

/** There is no such key or element. */
export class KeyError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("KEY", message, options);
  }
}
registerError(KeyError);
