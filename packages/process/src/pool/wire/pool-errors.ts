import { CloneError, ManyhandsError } from "../../base/errors.ts";
import { registerError } from "../../codec/error-form.ts";

/**
 * A pool or executor can run nothing any more: its workers do not come up, or, for an executor, one of them died. `cause`
 * holds the first fault.
 */
export class BrokenProcessPoolError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("BROKEN_PROCESS_POOL", message, options);
  }
}

/** The error for what a broken pool was asked to do. */
export function brokenBy(cause: unknown, attempt: string): BrokenProcessPoolError {
  const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new BrokenProcessPoolError(`${attempt} is broken, ${why}`, { cause });
}

/** A task's result, or what it threw, could not be copied to the caller. The worker lives on. */
export class MaybeEncodingError extends CloneError {
  /** What stood in the way, as text. */
  readonly exc: string;
  /** The value, as text. */
  readonly value: string;

  constructor(refused: CloneError | Error, value: string) {
    super(refused instanceof CloneError ? refused.path : "result", refused.message);
    this.exc = `${refused.name}: ${refused.message}`;
    this.value = value;
  }

  override get name(): string {
    return "MaybeEncodingError";
  }
}

/** A future was cancelled before it ran. */
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

for (const known of [BrokenProcessPoolError, MaybeEncodingError, CancelledError, InvalidStateError])
  registerError(known);
