import { BenchError, exitCodes } from "../base/bench-error.ts";
import type { Writable } from "../report/terminal/writable.ts";
import type { Flags, Parsed } from "./parse.ts";

/** Where a command writes: results to `stdout`, progress and complaints to `stderr`. */
export interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** What a command works with. */
export interface CommandContext<F extends Flags> extends Parsed<F>, Streams {
  /** Aborts when the user presses Ctrl-C or time runs out. */
  readonly signal: AbortSignal;
}

/** One word of the command line. */
export interface Command<F extends Flags = Flags> {
  readonly name: string;
  /** How its operands read in the help: `[kernel…]`. */
  readonly operands?: string;
  /** One line. */
  readonly summary: string;
  readonly flags: F;
  /** @returns the exit code. */
  run(context: CommandContext<F>): Promise<number>;
}

/** Declares a command; only lets the compiler infer its flags. */
export function defineCommand<F extends Flags>(command: Command<F>): Command {
  return command as unknown as Command;
}

/** As `usageErrors`, for what is done at once. */
export function usageError<T>(judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (error instanceof RangeError) throw new BenchError(error.message, exitCodes.usage, { cause: error });
    throw error;
  }
}

/** Runs a measurement; what it refuses before it starts is the command line's fault. */
export async function usageErrors<T>(measure: () => Promise<T>): Promise<T> {
  try {
    return await measure();
  } catch (error) {
    if (error instanceof RangeError) throw new BenchError(error.message, exitCodes.usage, { cause: error });
    throw error;
  }
}

/** The exit code of a run that was cut short; `undefined` when it was not. */
export function cutShort({ aborted, reason }: AbortSignal): number | undefined {
  if (!aborted) return undefined;
  return reason instanceof BenchError ? reason.exitCode : exitCodes.interrupted;
}
