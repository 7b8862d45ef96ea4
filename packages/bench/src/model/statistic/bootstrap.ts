import type { Interval } from "../../base/interval.ts";
import { seededRandom } from "../../base/random.ts";
import { quantile } from "./median.ts";

/**
 * The bootstrap over rounds: draws whole rounds with replacement and computes statistics of each sample. Cells of one
 * round stay together.
 *
 * @param rounds how many rounds exist.
 * @param statistic gets the numbers of the drawn rounds; returns one number per statistic.
 * @param options.draws Default: 1000.
 * @param options.block how many consecutive rounds are drawn together, for correlated rounds. Default: 1.
 * @returns one list of statistics per draw.
 */
export function bootstrapRounds(
  rounds: number,
  statistic: (drawn: readonly number[]) => readonly number[],
  options: { draws?: number; seed?: number; block?: number } = {},
): number[][] {
  const { draws = 1000, seed = 1, block = 1 } = options;
  const random = seededRandom(seed);
  const draw = () => {
    const drawn: number[] = [];
    while (drawn.length < rounds) {
      const first = Math.floor(random() * rounds);
      for (let at = 0; at < block && drawn.length < rounds; at++) drawn.push((first + at) % rounds);
    }
    return drawn;
  };
  return Array.from({ length: draws }, () => [...statistic(draw())]);
}

/**
 * The middle 95 % of one statistic over all draws, with the estimate from all rounds. The interval is widened to
 * contain the estimate: a bound of the fit, such as a share ≥ 0, may move all draws to one side.
 */
export function percentileInterval(value: number, draws: readonly number[]): Interval {
  return { value, low: Math.min(value, quantile(draws, 0.025)), high: Math.max(value, quantile(draws, 0.975)) };
}
