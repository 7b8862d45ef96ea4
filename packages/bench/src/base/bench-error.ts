/** Exit codes of the command, each with its meaning; `main` returns one of them. */
export const exitCodes = {
  ok: 0,
  /** A gate failed: a regression against the baseline, or `--fail-if`. */
  gate: 1,
  /** The command line or an input file is wrong. */
  usage: 2,
  /** A kernel's answer differs from the published answer. */
  wrongAnswer: 3,
  /** The measurement is not reliable: a worker exited early, or there is a warning under `--strict`. */
  invalid: 4,
  /** A requirement is not met: `--require-cores`, `--require-native`. */
  missing: 5,
  /** The time of `--timeout` is over. */
  timeout: 124,
  /** Ctrl-C; the samples so far are still written. */
  interrupted: 130,
} as const;

/** A failure of the command: its message is printed, and the command ends with its exit code. */
export class BenchError extends Error {
  override readonly name = "BenchError";
  readonly code = "ERR_MANYHANDS_BENCH";
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
