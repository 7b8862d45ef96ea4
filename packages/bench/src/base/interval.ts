/** An estimate with its 95 % confidence interval; open ends are infinite. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A ratio of times that were measured in the same rounds: the median of the ratios of the rounds. */
export interface Ratio extends Interval {
  /** The ratio of the medians. No report shows it: it is outside of the interval when the machine drifts. */
  readonly ofMedians: number;
  /** Number of pairs behind the estimate. */
  readonly pairs: number;
}

/** False when the interval has an open end: there were too few rounds. */
export function isKnown({ low, high }: Interval): boolean {
  return Number.isFinite(low) && Number.isFinite(high);
}
