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

  // On the prototype and from the class, so that a subclass needs no line for it and no own field shows when printed.
  override get name(): string {
    return this.constructor.name;
  }
}

/** A process was asked for something that its state does not allow: started twice, joined before it was started, used after `close()`. */
export class ProcessStateError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("PROCESS_STATE", message, options);
  }
}

/** A target cannot be run by a child: it is no function, its module or export is missing, or it captures what cannot cross. */
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

/** A shareable was sent where its memory does not reach. The message holds the line to write instead. */
export class NotShareableError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("NOT_SHAREABLE", message, options);
  }
}

/** Time ran out where Python raises rather than returns `False`. */
export class TimeoutError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("TIMEOUT", message, options);
  }
}

/** This side closed the thing that is now being used. */
export class ClosedError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("CLOSED", message, options);
  }
}

/** What is known of a child that ended without an answer. */
export interface Death {
  /** `0`, `1` for an uncaught error, `n` from `process.exit(n)`, `-s` when signal `s` ended it. */
  readonly exitCode: number;
  /** The signal's name, `null` when none ended it. */
  readonly signal: NodeJS.Signals | null;
  /** The operating system's id of the process; a thread has that of its program. */
  readonly pid: number;
  /** The `name` of the Process. */
  readonly processName: string;
  /** The last lines that it wrote to its stderr; empty when it wrote none or when they were not seen. */
  readonly stderr: string;
}

/** A child ended before its target gave an answer. `cause` holds what ended it, where that is known. */
export class WorkerDiedError extends ManyhandsError implements Death {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  readonly pid: number;
  readonly processName: string;
  readonly stderr: string;

  constructor(message: string, death: Death, options?: ErrorOptions) {
    super("WORKER_DIED", message, options);
    this.exitCode = death.exitCode;
    this.signal = death.signal;
    this.pid = death.pid;
    this.processName = death.processName;
    this.stderr = death.stderr;
  }
}

/** What `interrupt()` raises in a child, as Python's `KeyboardInterrupt`. A child that listens for `SIGINT` decides for itself. */
export class InterruptError extends ManyhandsError {
  constructor() {
    super("INTERRUPT", "Interrupted by SIGINT");
  }
}

/** A lock was asked for something that its state does not allow: released when it is free or another's, waited on without being held. */
export class LockStateError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("LOCK_STATE", message, options);
  }
}

/** A barrier was aborted, reset or timed out while this party waited, or before it came. */
export class BrokenBarrierError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("BROKEN_BARRIER", message, options);
  }
}

/** A queue stayed full for as long as the put could wait. */
export class QueueFullError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("QUEUE_FULL", message, options);
  }
}

/** A queue stayed empty for as long as the get could wait. */
export class QueueEmptyError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("QUEUE_EMPTY", message, options);
  }
}

/** Everything that the other side sent was received, and nobody is left there who could send more. */
export class EndOfFileError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("END_OF_FILE", message, options);
  }
}

/** Nobody is left at the other side who could receive. */
export class BrokenPipeError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("BROKEN_PIPE", message, options);
  }
}

/** A message was longer than the buffer that it was to go into. It was taken from the pipe; `bytes` holds it whole. */
export class BufferTooShortError extends ManyhandsError {
  readonly bytes: Uint8Array;

  constructor(message: string, bytes: Uint8Array, options?: ErrorOptions) {
    super("BUFFER_TOO_SHORT", message, options);
    this.bytes = bytes;
  }
}

/** A named segment exists already. */
export class FileExistsError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("FILE_EXISTS", message, options);
  }
}

/** There is no segment by that name: it was unlinked, or never made. */
export class FileNotFoundError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("FILE_NOT_FOUND", message, options);
  }
}
