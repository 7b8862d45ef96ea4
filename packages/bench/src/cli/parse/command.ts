import { type Command, type CommandContext, defineCommand, type Flags } from "@manyhands/process/command-line";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import { duration } from "./flag.ts";

/** The context of a command that ends early when the user presses Ctrl-C or time runs out. */
export interface LimitedContext<F extends Flags> extends CommandContext<F> {
  readonly signal: AbortSignal;
}

type LimitedCommand<F extends Flags> = Omit<Command<F>, "run"> & {
  /** @returns the exit code. */
  run(context: LimitedContext<F>): Promise<number>;
};

const timeout = duration(undefined, {
  help: "end after this time with exit code 124; what was measured is written",
});

/** The longest time of a timer, in milliseconds: 24 days. */
const longest = 2 ** 31 - 1;

/**
 * Declares a command that has the flag `--timeout`, and prints the errors of the bench.
 *
 * The first Ctrl-C ends the measurement after the current cell and reports what was measured; a second one ends at
 * once.
 */
export function benchCommand<F extends Flags>(command: LimitedCommand<F>): Command {
  const flags = { ...command.flags, timeout: { ...timeout, group: "Common" } };
  return defineCommand({
    ...command,
    flags,
    async run(context) {
      const { stderr, values } = context;
      const interruption = new AbortController();
      const interrupt = () => {
        stderr.write("\nInterrupted: ending after the current cell; Ctrl-C again ends at once\n");
        interruption.abort();
      };
      process.once("SIGINT", interrupt);
      const late = new BenchError("The time limit was reached", exitCodes.timeout);
      const cut = () => {
        stderr.write("The time limit was reached: reporting what was measured until now\n");
        interruption.abort(late);
      };
      const timer = setTimeout(cut, Math.min((values.timeout as number | undefined) ?? longest, longest)).unref();
      try {
        return await command.run({ ...(context as unknown as CommandContext<F>), signal: interruption.signal });
      } catch (error) {
        return report(error, context);
      } finally {
        clearTimeout(timer);
        process.off("SIGINT", interrupt);
      }
    },
  });
}

/** Prints an expected error, and returns its exit code. */
function report(error: unknown, { stderr }: Pick<CommandContext<Flags>, "stderr">): number {
  if (error instanceof BenchError) {
    stderr.write(`manyhands-bench: ${error.message}\n`);
    return error.exitCode;
  }
  // An error of the system, such as a full disk: no stack is printed.
  if (!(error instanceof Error && "syscall" in error)) throw error;
  stderr.write(`manyhands-bench: Cannot continue: ${error.message}\n`);
  return exitCodes.usage;
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
