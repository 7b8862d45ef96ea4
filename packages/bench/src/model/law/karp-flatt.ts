import type { Interval } from "../../base/interval.ts";

/**
 * The Karp–Flatt metric: the serial share that a measured speed-up implies, e = (1/S − 1/p) / (1 − 1/p).
 *
 * A constant value over p is a serial part; a value that grows with p is overhead; a negative value means a
 * superlinear speed-up.
 *
 * Source: A. Karp, H. Flatt, "Measuring parallel processor performance", CACM 33 (1990), 539–543.
 *
 * @param speedUp S, with its interval; the metric's interval is its image.
 * @param workers p, a count ≥ 2.
 */
export function karpFlatt(speedUp: Interval, workers: number): Interval {
  const share = (value: number) => (1 / value - 1 / workers) / (1 - 1 / workers);
  return { value: share(speedUp.value), low: share(speedUp.high), high: share(speedUp.low) };
}
