import type { Interval } from "./interval.ts";

/**
 * What can be said about a change: surely worse or better by more than the threshold, surely within it, or none of
 * these. Inconclusive is no pass and no failure: it asks for more rounds.
 */
export type Verdict = "regressed" | "improved" | "same" | "inconclusive";

/** One quantity of two runs. */
export interface Comparison {
  /** What is compared: `ep, 2 workers, speed-up`. */
  readonly name: string;
  /** Later over earlier. */
  readonly ratio: Interval;
  /** True when more is better. */
  readonly moreIsBetter: boolean;
  /** False for absolute times of different machines, which are shown but not judged. */
  readonly comparable: boolean;
  readonly verdict: Verdict;
  /** About how many rounds of each run would tell; present when the verdict is inconclusive and some number would. */
  readonly roundsNeeded?: number;
}
