import { BenchError, exitCodes } from "../../base/bench-error.ts";
import type { Writable } from "../../report/terminal/writable.ts";
import type { Flags, Parsed } from "./parse.ts";

/** The outputs of a command: results to `stdout`, progress and errors to `stderr`. */
export interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** The input and outputs of a command. */
export interface CommandContext<F extends Flags> extends Parsed<F>, Streams {
  /** Aborts when the user presses Ctrl-C or time runs out. */
  readonly signal: AbortSignal;
}

/** One command of the program. */
export interface Command<F extends Flags = Flags> {
  readonly name: string;
  /** The operands as the help shows them: `[kernel…]`. */
  readonly operands?: string;
  /** One line. */
  readonly summary: string;
  readonly flags: F;
  /** @returns the exit code. */
  run(context: CommandContext<F>): Promise<number>;
}

/** Declares a command, so that the compiler infers the types of its flags. */
export function defineCommand<F extends Flags>(command: Command<F>): Command {
  return command as unknown as Command;
}

/** As `usageErrors`, for a synchronous function. */
export function usageError<T>(judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (error instanceof RangeError) throw new BenchError(error.message, exitCodes.usage, { cause: error });
    throw error;
  }
}

/** Runs a measurement. A RangeError, thrown before it starts, becomes a usage error. */
export async function usageErrors<T>(measure: () => Promise<T>): Promise<T> {
  try {
    return await measure();
  } catch (error) {
    if (error instanceof RangeError) throw new BenchError(error.message, exitCodes.usage, { cause: error });
    throw error;
  }
}

/** The exit code of a run that was interrupted; `undefined` when it was not. */
export function cutShort({ aborted, reason }: AbortSignal): number | undefined {
  if (!aborted) return undefined;
  return reason instanceof BenchError ? reason.exitCode : exitCodes.interrupted;
}
