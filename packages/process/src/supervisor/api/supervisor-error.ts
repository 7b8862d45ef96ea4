import { ManyhandsError, WorkerDiedError } from "../../base/errors.ts";
import { describeThrown, isInstance } from "../../base/thrown.ts";
import { registerError } from "../../codec/error-form.ts";
import { signalOf } from "../../start/child/exit-code.ts";
import type { ChildExit } from "../plan/exit.ts";

/** The children of a supervisor exited too often: it has ended them all, and itself. */
export class RestartLimitError extends ManyhandsError {
  /** The exits that were more than `maxRestarts` within `withinMs`, oldest first. */
  readonly exits: readonly ChildExit[];

  constructor(message: string, exits: readonly ChildExit[], options?: ErrorOptions) {
    super("RESTART_LIMIT", message, options);
    this.exits = exits;
  }
}

/** A supervisor could not start one of its children: it has ended those that it had started. */
export class ChildStartError extends ManyhandsError {
  /** How the child failed. */
  readonly exit: ChildExit;

  constructor(message: string, exit: ChildExit, options?: ErrorOptions) {
    super("CHILD_START", message, options);
    this.exit = exit;
  }
}

registerError(RestartLimitError);
registerError(ChildStartError);

/** The error of a supervisor that gives up. */
export function restartLimitError(
  supervisor: string,
  limit: { readonly maxRestarts: number; readonly withinMs: number },
  exits: readonly ChildExit[],
): RestartLimitError {
  const history = exits.map((exit) => `\n  ${exit.at.toISOString()} ${describeExit(exit)}`).join("");
  return new RestartLimitError(
    `Cannot keep the children of ${supervisor} running: they exited ${exits.length === 1 ? "once" : `${exits.length} times`} within ${limit.withinMs} ms, ` +
      `and maxRestarts is ${limit.maxRestarts}; find the cause in exits, or give the child a backOff:${history}`,
    exits,
    causeOf(exits.at(-1)),
  );
}

/** The error of a supervisor whose child could not be started. */
export function childStartError(supervisor: string, exit: ChildExit): ChildStartError {
  return new ChildStartError(`Cannot start ${supervisor}: ${describeExit(exit)}`, exit, causeOf(exit));
}

/** What happened, as one line: `db exited: exit code 1 (no disk)`. */
export function describeExit({ child, reason, exitCode, error }: ChildExit): string {
  const signal = exitCode === null ? null : signalOf(exitCode);
  const code = exitCode === null ? "" : signal === null ? `exit code ${exitCode}` : `${signal}, exit code ${exitCode}`;
  // The message of the error for a crash repeats the exit code; its cause says more.
  const known = isInstance(error, WorkerDiedError) ? (error.cause ?? null) : error;
  const why = known === null ? "" : (describeThrown(known).split("\n")[0] as string);
  const details = [code, why && `(${why})`].filter(Boolean).join(" ");
  return `${child} ${phrases[reason]}${details === "" ? "" : `: ${details}`}`;
}

const phrases: Record<ChildExit["reason"], string> = {
  exited: "exited",
  unready: "was not ready in time and was killed",
  hung: "had a blocked event loop and was killed",
  unstarted: "could not be started",
};

function causeOf(exit: ChildExit | undefined): ErrorOptions {
  return exit === undefined || exit.error === null ? {} : { cause: exit.error };
}
