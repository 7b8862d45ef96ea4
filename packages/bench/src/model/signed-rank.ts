import type { Interval } from "../base/interval.ts";
import { median } from "./median.ts";

/**
 * The Hodges–Lehmann estimate of a centre with its exact 95 % signed-rank interval.
 *
 * The only assumption is a distribution that is symmetric around the centre. With fewer than six values no 95 %
 * interval exists, and its ends are infinite.
 *
 * Source: M. Hollander, D. Wolfe, "Nonparametric Statistical Methods" (Wiley, 1999), sections 3.2 and 3.3.
 */
export function hodgesLehmann(values: readonly number[]): Interval {
  const averages: number[] = [];
  for (let first = 0; first < values.length; first++) {
    for (let second = first; second < values.length; second++) {
      averages.push(((values[first] as number) + (values[second] as number)) / 2);
    }
  }
  averages.sort((a, b) => a - b);
  const rank = signedRankCutoff(values.length);
  return {
    value: median(averages),
    low: rank === 0 ? Number.NEGATIVE_INFINITY : (averages[rank - 1] as number),
    high: rank === 0 ? Number.POSITIVE_INFINITY : (averages[averages.length - rank] as number),
  };
}

/** The rank k such that the k-th smallest and the k-th largest Walsh average enclose 95 %; 0 when none does. */
export function signedRankCutoff(count: number): number {
  const probabilities = count <= 200 ? signedRankDistribution(count) : undefined;
  if (probabilities === undefined) {
    const spread = Math.sqrt((count * (count + 1) * (2 * count + 1)) / 24);
    return Math.floor((count * (count + 1)) / 4 - 1.959964 * spread);
  }
  let tail = 0;
  let rank = 0;
  while (rank < probabilities.length && tail + (probabilities[rank] as number) <= 0.025)
    tail += probabilities[rank++] as number;
  return rank;
}

/** P(W = w) of Wilcoxon's signed-rank statistic: the sum contains each rank 1…n with probability ½. */
function signedRankDistribution(count: number): Float64Array {
  const top = (count * (count + 1)) / 2;
  const probabilities = new Float64Array(top + 1);
  probabilities[0] = 1;
  for (let rank = 1; rank <= count; rank++) {
    for (let sum = top; sum >= 0; sum--) {
      const without = probabilities[sum] as number;
      const within = sum >= rank ? (probabilities[sum - rank] as number) : 0;
      probabilities[sum] = (without + within) / 2;
    }
  }
  return probabilities;
}
