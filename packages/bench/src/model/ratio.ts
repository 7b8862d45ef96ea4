import type { Interval, Ratio } from "../base/interval.ts";
import { median } from "./median.ts";
import { hodgesLehmann } from "./signed-rank.ts";

/**
 * The ratio a / b of paired samples, with its 95 % interval from the Hodges–Lehmann estimate on log-ratios.
 *
 * Pairing cancels whatever slowed both: with drift, unpaired intervals are half as wide again, and intervals from series
 * measured one after the other are simply wrong.
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

/** Half the width of the interval on the logarithmic scale: 0.02 is about ±2 %. */
export function halfWidth(ratio: Interval): number {
  return Math.log(ratio.high / ratio.low) / 2;
}
