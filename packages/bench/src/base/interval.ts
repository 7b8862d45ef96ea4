/** An estimate with its 95 % confidence interval; open ends are infinite. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A ratio of times that were measured in the same rounds. */
export interface Ratio extends Interval {
  /** The ratio of the medians, which reports show first. */
  readonly ofMedians: number;
  /** Number of pairs behind the estimate. */
  readonly pairs: number;
}
