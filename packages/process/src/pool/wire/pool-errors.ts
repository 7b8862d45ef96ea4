import { ManyhandsError } from "../../base/errors.ts";
import { describeThrown } from "../../base/thrown.ts";
import { registerError } from "../../codec/error-form.ts";

/**
 * A pool or an executor can run no more calls: its workers fail to start, or, for an executor, a worker crashed.
 * `cause` holds the first error.
 */
export class BrokenProcessPoolError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("BROKEN_PROCESS_POOL", message, options);
  }
}

/** The error for a call of a broken pool. @param attempt the call and the pool: `Cannot run map: Pool-1`. */
export function brokenPoolError(cause: unknown, attempt: string): BrokenProcessPoolError {
  // An engine's own error says more than that the pool is broken.
  if (cause instanceof BrokenProcessPoolError) {
    const errorClass = cause.constructor as typeof BrokenProcessPoolError;
    return new errorClass(`${attempt} cannot run: ${cause.message}`, { cause });
  }
  const why =
    cause instanceof Error ? `${cause.name}: ${cause.message}` : `its initializer threw ${describeThrown(cause)}`;
  return new BrokenProcessPoolError(`${attempt} is broken, ${why}`, { cause });
}

/** A future was cancelled before its call ran. */
export class CancelledError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("CANCELLED", message, options);
  }
}

/** A future was settled twice. */
export class InvalidStateError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("INVALID_STATE", message, options);
  }
}

for (const errorClass of [BrokenProcessPoolError, CancelledError, InvalidStateError]) registerError(errorClass);
