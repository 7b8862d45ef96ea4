/** An estimate with the interval that holds the true value in 95 of 100 such runs; open ends are infinite. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A ratio of times that were measured side by side. */
export interface Ratio extends Interval {
  /** The ratio of the medians: the number that people see first. */
  readonly ofMedians: number;
  /** How many pairs it rests on. */
  readonly pairs: number;
}
