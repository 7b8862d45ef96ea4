/** A call of an `async` method that knows the promise which its caller has got. */
export interface PendingCall {
  /** Set as soon as the method has returned. */
  promise?: Promise<unknown>;
}

/**
 * Lets a call reject without an unhandled rejection, which would end the program. For calls that are lost because
 * their caller ended the object, by the end of a scope for example. A caller that awaits the call gets the error all
 * the same.
 */
export function expectRejection({ promise }: PendingCall): void {
  promise?.catch(() => {});
}
