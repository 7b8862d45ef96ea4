import type { Interval, Ratio } from "../base/interval.ts";
import { median } from "./median.ts";
import { hodgesLehmann } from "./signed-rank.ts";

/**
 * The ratio a / b of paired samples, with the 95 % interval of the Hodges–Lehmann estimate on log-ratios.
 *
 * Pairing cancels out disturbances of both samples. When the machine drifts, unpaired intervals are 1.5 times as
 * wide, and intervals from series that were measured one after the other miss the true ratio.
 */
export function pairedRatio(a: readonly number[], b: readonly number[]): Ratio {
  const pairs = Math.min(a.length, b.length);
  const logs = Array.from({ length: pairs }, (_, at) => Math.log((a[at] as number) / (b[at] as number)));
  const { value, low, high } = hodgesLehmann(logs);
  return {
    ofMedians: median(a) / median(b),
    pairs,
    value: Math.exp(value),
    low: Math.exp(low),
    high: Math.exp(high),
  };
}

/** Half of the interval's width on the logarithmic scale: 0.02 is about ±2 %. */
export function halfWidth(ratio: Interval): number {
  return Math.log(ratio.high / ratio.low) / 2;
}
