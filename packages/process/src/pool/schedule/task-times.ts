import type { RecordableHistogram } from "node:perf_hooks";

/** How long tasks took, in milliseconds. All but `count` are 0 while there was none. */
export interface TimeStats {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** The 99.9th percentile: one task in a thousand took longer. */
  readonly p999: number;
}

/** A histogram of the times of tasks: `perf_hooks`' own, in nanoseconds. */
export class TaskTimes {
  readonly #histogram: RecordableHistogram = process.getBuiltinModule("node:perf_hooks").createHistogram();

  record(ms: number): void {
    this.#histogram.record(Math.max(1, Math.round(ms * 1e6)));
  }

  reset(): void {
    this.#histogram.reset();
  }

  read(): TimeStats {
    const histogram = this.#histogram;
    const { count } = histogram;
    const inMs = (ns: number) => (count === 0 ? 0 : ns / 1e6);
    const percentile = (percent: number) => inMs(histogram.percentile(percent));
    return {
      count,
      min: inMs(histogram.min),
      mean: inMs(histogram.mean),
      max: inMs(histogram.max),
      p50: percentile(50),
      p90: percentile(90),
      p99: percentile(99),
      p999: percentile(99.9),
    };
  }
}
