import { median as d3Median, quantile as d3Quantile } from "d3-array";
import type { Interval } from "../../base/interval.ts";

/** With fewer rounds no 95 % interval of a median exists. */
export const leastRounds = 6;

/** The quantile at a share 0…1, interpolated linearly (Hyndman–Fan type 7). NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  return d3Quantile(values, share) ?? Number.NaN;
}

/** The median; NaN without values. */
export function median(values: readonly number[]): number {
  return d3Median(values) ?? Number.NaN;
}

/**
 * The median with its 95 % interval from order statistics: the two samples that enclose the true median, for any
 * distribution. With fewer than six samples no such interval exists, and its ends are infinite.
 *
 * Source: exact binomial ranks; J.-Y. Le Boudec, "Performance Evaluation" (EPFL, 2010), section 2.2.
 */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = orderStatisticRank(sorted.length);
  return {
    value: median(values),
    low: rank === 0 ? Number.NEGATIVE_INFINITY : (sorted[rank - 1] as number),
    high: rank === 0 ? Number.POSITIVE_INFINITY : (sorted[sorted.length - rank] as number),
  };
}

/**
 * The largest rank r such that samples r and n + 1 − r enclose the median in at least 95 % of cases; 0 when none
 * does.
 */
export function orderStatisticRank(count: number): number {
  let mass = 0.5 ** count;
  let tail = mass;
  let rank = 0;
  while (tail <= 0.025 && rank < count) {
    rank++;
    mass *= (count - rank + 1) / rank;
    tail += mass;
  }
  return rank;
}
