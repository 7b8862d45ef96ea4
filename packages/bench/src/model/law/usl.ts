import { nonNegativeLeastSquares } from "../statistic/least-squares.ts";
import type { Level } from "./amdahl.ts";

/** The Universal Scalability Law, X(n) = γn / (1 + α(n − 1) + βn(n − 1)). */
export interface Usl {
  /** α, contention: the share of the work that waits for a shared resource, ≥ 0. */
  readonly alpha: number;
  /** β, coherency: the cost of each pair of workers, ≥ 0. */
  readonly beta: number;
  /** γ, the throughput of one worker alone, in work per unit of time. */
  readonly gamma: number;
}

/**
 * Fits the law to times by least squares of relative errors, with α and β ≥ 0.
 *
 * As a formula for times the law is linear, T = c₀/n + c₁(n − 1)/n + c₂(n − 1), so the fit is exact and needs no
 * initial values. It minimises relative errors, since every speed-up is relative to n = 1: fits of absolute
 * throughput may miss X(1) by a third.
 *
 * Source: N. J. Gunther, "Guerrilla Capacity Planning" (Springer, 2007).
 *
 * @throws {RangeError} with fewer than three different numbers of workers.
 */
export function fitUsl(levels: readonly Level[]): Usl {
  const solved =
    new Set(levels.map((level) => level.workers)).size < 3
      ? undefined
      : nonNegativeLeastSquares(
          [
            levels.map(({ workers, time }) => 1 / workers / time),
            levels.map(({ workers, time }) => (workers - 1) / workers / time),
            levels.map(({ workers, time }) => (workers - 1) / time),
          ],
          levels.map(() => 1),
        );
  if (solved === undefined)
    throw new RangeError("Cannot fit the Universal Scalability Law: it needs three different numbers of workers");
  const [one, queue, pairs] = solved as [number, number, number];
  return { alpha: queue / one, beta: pairs / one, gamma: 1 / one };
}

/** X(n) of the law, in the unit of γ. */
export function uslThroughput({ alpha, beta, gamma }: Usl, workers: number): number {
  return (gamma * workers) / (1 + alpha * (workers - 1) + beta * workers * (workers - 1));
}

/** The number of workers beyond which throughput falls: √((1 − α)/β); infinite when β is 0. */
export function uslPeak({ alpha, beta }: Usl): number {
  return beta === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(Math.max(0, 1 - alpha) / beta);
}
