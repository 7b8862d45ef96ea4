/** Exit codes of the command, each with its meaning; `main` returns one of them. */
export const exitCodes = {
  ok: 0,
  /** A gate failed: a regression against the baseline, or `--fail-if`. */
  gate: 1,
  /** The command line or an input file is wrong. */
  usage: 2,
  /** A kernel's answer differs from the published one. */
  wrongAnswer: 3,
  /** The measurement cannot be relied on: a worker died, or a warning stands under `--strict`. */
  invalid: 4,
  /** Something that was required is not there: `--require-cores`, `--require-native`. */
  missing: 5,
  /** `--timeout` passed. */
  timeout: 124,
  /** Ctrl-C; what was measured until then is still written. */
  interrupted: 130,
} as const;

/** A failure with a message for people and the exit code that the command ends with. */
export class BenchError extends Error {
  override readonly name = "BenchError";
  readonly code = "ERR_MANYHANDS_BENCH";
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
