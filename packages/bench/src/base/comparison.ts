import type { Interval } from "./interval.ts";

/**
 * The verdict on a change.
 *
 * `regressed` and `improved`: the whole interval is beyond the threshold. `same`: the whole interval is within the
 * threshold, or it contains "no change" and excludes changes above a half. Otherwise the comparison is inconclusive:
 * it neither passes nor fails, and needs more rounds.
 */
export type Verdict = "regressed" | "improved" | "same" | "inconclusive";

/** The comparison of one quantity of two runs. */
export interface Comparison {
  /** The name of the quantity: `ep, 2 workers, speed-up`. */
  readonly name: string;
  /** The later value divided by the earlier one. */
  readonly ratio: Interval;
  /** True when a larger value is better. */
  readonly moreIsBetter: boolean;
  /** False for absolute times of different machines, which are shown without a verdict. */
  readonly comparable: boolean;
  readonly verdict: Verdict;
  /** About how many rounds of each run would give a verdict. Absent when there is one, or no number would. */
  readonly roundsNeeded?: number;
}
