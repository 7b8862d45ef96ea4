import { ManyhandsError, WorkerDiedError } from "../../base/errors.ts";
import { describeThrown, isInstance } from "../../base/thrown.ts";
import { registerError } from "../../codec/error-form.ts";
import { signalOf } from "../../start/child/exit-code.ts";
import type { ChildDeath } from "../plan/death.ts";

/** The children of a supervisor died too often: it has ended them all, and itself. */
export class RestartLimitError extends ManyhandsError {
  /** The deaths that were more than `maxRestarts` within `withinMs`, oldest first. */
  readonly deaths: readonly ChildDeath[];

  constructor(message: string, deaths: readonly ChildDeath[], options?: ErrorOptions) {
    super("RESTART_LIMIT", message, options);
    this.deaths = deaths;
  }
}

/** A supervisor could not start one of its children: it has ended those that it had started. */
export class ChildStartError extends ManyhandsError {
  /** How the child failed. */
  readonly death: ChildDeath;

  constructor(message: string, death: ChildDeath, options?: ErrorOptions) {
    super("CHILD_START", message, options);
    this.death = death;
  }
}

registerError(RestartLimitError);
registerError(ChildStartError);

/** The error of a supervisor that gives up. */
export function restartLimitError(
  supervisor: string,
  limit: { readonly maxRestarts: number; readonly withinMs: number },
  deaths: readonly ChildDeath[],
): RestartLimitError {
  const history = deaths.map((death) => `\n  ${death.at.toISOString()} ${describeDeath(death)}`).join("");
  return new RestartLimitError(
    `Cannot keep the children of ${supervisor} running: they died ${deaths.length} times within ${limit.withinMs} ms, ` +
      `and maxRestarts is ${limit.maxRestarts}; find the cause in deaths, or give the child a backOff:${history}`,
    deaths,
    causeOf(deaths.at(-1)),
  );
}

/** The error of a supervisor whose child could not be started. */
export function childStartError(supervisor: string, death: ChildDeath): ChildStartError {
  return new ChildStartError(`Cannot start ${supervisor}: ${describeDeath(death)}`, death, causeOf(death));
}

/** What happened, as one line: `db ended: exit code 1 (Error: no disk)`. */
export function describeDeath({ child, reason, exitCode, error }: ChildDeath): string {
  const signal = exitCode === null ? null : signalOf(exitCode);
  const code = exitCode === null ? "" : signal === null ? `exit code ${exitCode}` : `${signal}, exit code ${exitCode}`;
  // The message of the error for a crash repeats the exit code; its cause says more.
  const known = isInstance(error, WorkerDiedError) ? (error.cause ?? null) : error;
  const why = known === null ? "" : (describeThrown(known).split("\n")[0] as string);
  const details = [code, why && `(${why})`].filter(Boolean).join(" ");
  return `${child} ${phrases[reason]}${details === "" ? "" : `: ${details}`}`;
}

const phrases: Record<ChildDeath["reason"], string> = {
  exited: "ended",
  unready: "was not ready in time and was killed",
  hung: "had a blocked event loop and was killed",
  unstarted: "could not be started",
};

function causeOf(death: ChildDeath | undefined): ErrorOptions {
  return death === undefined || death.error === null ? {} : { cause: death.error };
}
