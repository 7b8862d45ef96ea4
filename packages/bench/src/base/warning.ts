/**
 * A warning about a result, saved with it.
 *
 * `note` is information; `caution` means that a number is less reliable; `invalid` means that a number should not be
 * used, and fails the run under `--strict`.
 */
export interface Warning {
  /** A stable id for programs: `oversubscribed`, `not-converged`. */
  readonly code: string;
  readonly severity: "note" | "caution" | "invalid";
  /** One sentence: what was observed, and what to do about it. */
  readonly text: string;
  /** The kernel, method or transport that it is about; absent for the whole run. */
  readonly subject?: string;
  /** Id of the cell of a scaling run that it is about. */
  readonly cell?: string;
}
