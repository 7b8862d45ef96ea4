import { ManyhandsError } from "../base/errors.ts";
import { registerError } from "../codec/error-form.ts";

/**
 * The other side of a connection broke the rules: it ended in mid-message, announced a message that is too long, or sent what is
 * no message. The connection is closed; nothing more can be received.
 */
export class ConnectionError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("CONNECTION", message, options);
  }
}
registerError(ConnectionError);

/** The other side of a connection could not show that it has the same key, or says that we could not. */
export class AuthenticationError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("AUTHENTICATION", message, options);
  }
}
registerError(AuthenticationError);
