/** An estimate with the interval that holds the true value in 95 of 100 such runs; open ends are infinite. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
