/** tinybench's statistics of a cell's spans, in nanoseconds. */
export interface Latency {
  readonly cell: string;
  readonly samples: number;
  readonly mean: number;
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p75: number;
  readonly p99: number;
  /** Relative margin of error of the mean, in percent, by Student's t. */
  readonly rme: number;
}
