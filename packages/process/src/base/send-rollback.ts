/**
 * Releases what a handle reserved for its receiver, such as a count of references, when the send fails. Idempotent;
 * without effect when the receiver has taken it over.
 */
export type Rollback = () => void;

const noRollback: Rollback = () => {};

/** The rollbacks of the innermost {@link collectRollbacks} that is running; `undefined` outside of one. */
let current: Rollback[] | undefined;

/**
 * Registers how to release what a handle has just reserved for its receiver. `[toHandle]()` calls this: it is called
 * from deep inside of the encoder, which knows nothing of reservations, so the rollback goes to the collector that is
 * running in this thread. Without effect when none is running.
 */
export function addRollback(rollback: Rollback): void {
  current?.push(rollback);
}

/**
 * Runs a synchronous function that encodes a message, and collects the rollbacks that its handles register with
 * {@link addRollback}. When the function throws, all of them run before the error is passed on. Calls may nest: each
 * rollback belongs to the innermost call.
 *
 * @returns the message, and the function that runs the rollbacks. The caller runs it when the message is not delivered,
 *   or when the receiver has ended.
 */
export function collectRollbacks<T>(make: () => T): { readonly message: T; readonly rollback: Rollback } {
  const outer = current;
  const collected: Rollback[] = [];
  current = collected;
  const rollback = () => {
    for (const each of collected) each();
  };
  try {
    const message = make();
    return { message, rollback: collected.length === 0 ? noRollback : rollback };
  } catch (error) {
    rollback();
    throw error;
  } finally {
    current = outer;
  }
}
