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

/** The error of the side that wanted to prove that it has the key. */
export function untrusted(because: string): AuthenticationError {
  return new AuthenticationError(`Cannot be trusted by the other side of the connection: ${because}`);
}
