/**
 * A doubt about the result, kept beside the numbers that it weakens.
 *
 * `note` is a fact to know; `caution` weakens a number; `invalid` means that the number should not be used, and fails
 * the run under `--strict`.
 */
export interface Warning {
  /** Stable and kebab-case, for programs: `oversubscribed`, `not-converged`. */
  readonly code: string;
  readonly severity: "note" | "caution" | "invalid";
  /** One sentence for people: what was seen, and what to do about it. */
  readonly text: string;
  /** The kernel or method that it concerns; absent when it concerns the whole run. */
  readonly subject?: string;
}
