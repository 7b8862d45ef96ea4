import type { Interval, Ratio } from "../../base/interval.ts";
import { median, medianInterval } from "./median.ts";

/**
 * The ratio a / b of paired samples: the median of the ratios of the rounds, with its 95 % interval.
 *
 * This is the only estimate of a ratio in all reports, gates and benchmarks. Its interval is exact for every
 * distribution of the ratios, also for a skewed one and one with two humps. Pairing cancels out disturbances of both
 * samples. With fewer than six pairs the interval has the ends 0 and infinity.
 *
 * @param a samples of the numerator, one a round.
 * @param b samples of the denominator, in the same rounds.
 */
export function pairedRatio(a: readonly number[], b: readonly number[]): Ratio {
  const pairs = Math.min(a.length, b.length);
  // On logarithms, so that b / a is the inverse of a / b also for an even number of rounds.
  const { value, low, high } = medianInterval(
    Array.from({ length: pairs }, (_, at) => Math.log((a[at] as number) / (b[at] as number))),
  );
  return {
    ofMedians: median(a) / median(b),
    pairs,
    value: Math.exp(value),
    low: Math.exp(low),
    high: Math.exp(high),
  };
}

/** Half of the interval's width on the logarithmic scale: 0.02 is about ±2 %. Infinite without an interval. */
export function halfWidth(ratio: Interval): number {
  return Math.log(ratio.high / ratio.low) / 2;
}
