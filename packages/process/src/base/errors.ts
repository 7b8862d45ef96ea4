/**
 * The base of every error class of this package. `code` is stable and begins with `ERR_MANYHANDS_`; match on it rather
 * than on the message.
 */
export class ManyhandsError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = `ERR_MANYHANDS_${code}`;
  }

  // A getter of the prototype: subclasses inherit it, and consoles print no field for it.
  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * A process does not allow an operation in its state: it was started twice, joined before it was started, or used after
 * `close()`.
 */
export class ProcessStateError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("PROCESS_STATE", message, options);
  }
}

/**
 * A child cannot run a target: it is no function, its module or export is missing, or it captures a value that cannot
 * be sent.
 */
export class TargetError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("TARGET", message, options);
  }
}

/** A value cannot be copied to another thread or process. `path` names it as the caller wrote it: `args[1].socket`. */
export class CloneError extends TypeError {
  readonly code = "ERR_MANYHANDS_CLONE";
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }

  override get name(): string {
    return "CloneError";
  }
}

/** The result of a call, or the value that it threw, cannot be copied to the caller. The child goes on. */
export class MaybeEncodingError extends CloneError {
  /** Why the value cannot be copied, as text. */
  readonly exc: string;
  /** The value, as text. */
  readonly value: string;

  constructor(refused: Error, value: string) {
    super(refused instanceof CloneError ? refused.path : "result", refused.message);
    this.exc = `${refused.name}: ${refused.message}`;
    this.value = value;
  }

  override get name(): string {
    return "MaybeEncodingError";
  }
}

/** A shareable was sent to a child that cannot reach its memory. The message has the line to write instead. */
export class NotShareableError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("NOT_SHAREABLE", message, options);
  }
}

/** A wait timed out, where Python raises an error rather than returns `False`. */
export class TimeoutError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("TIMEOUT", message, options);
  }
}

/** An object was used after this side had closed it. */
export class ClosedError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("CLOSED", message, options);
  }
}

/** How a child ended that returned no result. */
export interface ChildExit {
  /** `0`, `1` for an uncaught error, `n` from `process.exit(n)`, `-s` when signal `s` ended it. */
  readonly exitCode: number;
  /** The name of the signal that ended it; `null` when none did. */
  readonly signal: NodeJS.Signals | null;
  /** The id of the process; for a thread, that of the process it runs in. `null` when it could not be started. */
  readonly pid: number | null;
  /** The name of the machine that it ran on; `null` for this machine. */
  readonly host: string | null;
  /** The `name` of the Process. */
  readonly processName: string;
  /** The last lines that it wrote to its stderr; empty when it wrote none or they were not captured. */
  readonly stderr: string;
}

/** A child ended before its target returned. `cause` is the error that ended it, where that is known. */
export class WorkerDiedError extends ManyhandsError implements ChildExit {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  readonly pid: number | null;
  readonly host: string | null;
  readonly processName: string;
  readonly stderr: string;

  constructor(message: string, details: ChildExit, options?: ErrorOptions) {
    super("WORKER_DIED", message, options);
    this.exitCode = details.exitCode;
    this.signal = details.signal;
    this.pid = details.pid;
    this.host = details.host;
    this.processName = details.processName;
    this.stderr = details.stderr;
    // The message has it already, and consoles print both.
    Object.defineProperty(this, "stderr", { enumerable: false });
  }
}

/**
 * The error that `interrupt()` raises in a child, like Python's `KeyboardInterrupt`. A child with a `SIGINT` listener
 * handles the signal itself.
 */
export class InterruptError extends ManyhandsError {
  constructor() {
    super("INTERRUPT", "Interrupted by SIGINT");
  }
}

/**
 * A lock does not allow an operation in its state: it was released while free or held by another, or waited on while
 * not held.
 */
export class LockStateError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("LOCK_STATE", message, options);
  }
}

/** A barrier was aborted, was reset or timed out while this party waited, or before it arrived. */
export class BrokenBarrierError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("BROKEN_BARRIER", message, options);
  }
}

/**
 * A queue stayed full until `put()` timed out; or as many calls of a pool wait for a worker as its `maxQueue` allows.
 */
export class QueueFullError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("QUEUE_FULL", message, options);
  }
}

/** A queue stayed empty until `get()` timed out. */
export class QueueEmptyError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("QUEUE_EMPTY", message, options);
  }
}

/** A queue was shut down: it refuses values, and it has none left to get. Python's `queue.ShutDown`. */
export class QueueShutDownError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("QUEUE_SHUT_DOWN", message, options);
  }
}

/** All messages of the other side were received, and no sender is left there. */
export class EndOfFileError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("END_OF_FILE", message, options);
  }
}

/** No receiver is left at the other side. */
export class BrokenPipeError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("BROKEN_PIPE", message, options);
  }
}

/** A message is longer than the buffer given for it. It was removed from the pipe; `bytes` has all of it. */
export class BufferTooShortError extends ManyhandsError {
  readonly bytes: Uint8Array;

  constructor(message: string, bytes: Uint8Array, options?: ErrorOptions) {
    super("BUFFER_TOO_SHORT", message, options);
    this.bytes = bytes;
  }
}

/** A segment of that name exists already. */
export class FileExistsError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("FILE_EXISTS", message, options);
  }
}

/** There is no segment of that name: it was unlinked or never created. */
export class FileNotFoundError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("FILE_NOT_FOUND", message, options);
  }
}

/** A pickle of Python is malformed, or has more than plain data. */
export class PickleError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("PICKLE", message, options);
  }
}

/**
 * A wait for a lock or a child cannot end: threads wait for each other. When `MANYHANDS_DEADLOCK_MS` is set, one wait
 * of the cycle throws it: a `join()` or `result()`, else an acquisition; of several, the one that began last.
 */
export class DeadlockError extends ManyhandsError {
  /** The waits of the cycle, a clause each: `Ada (process 12) waits for b, which Grace (process 13) holds`. */
  readonly cycle: readonly string[];

  constructor(message: string, cycle: readonly string[]) {
    super("DEADLOCK", message);
    this.cycle = cycle;
  }
}
