import { ManyhandsError } from "../base/errors.ts";
import { registerError } from "../codec/error-form.ts";

/**
 * The peer violated the protocol: it closed the connection within a message, announced a message that is too long, or
 * sent bytes that are not a message. The connection is closed; nothing more can be received.
 */
export class ConnectionError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("CONNECTION", message, options);
  }
}
registerError(ConnectionError);

/** The peer could not prove that it has the same key, or rejected our proof. */
export class AuthenticationError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("AUTHENTICATION", message, options);
  }
}
registerError(AuthenticationError);
