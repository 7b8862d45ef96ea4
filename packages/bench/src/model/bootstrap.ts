import type { Interval } from "../base/interval.ts";
import { seededRandom } from "../base/random.ts";
import { quantile } from "./median.ts";

/**
 * Draws whole rounds with replacement and computes each drawing's statistics, so that what was measured together stays
 * together.
 *
 * @param rounds how many rounds there are to draw from.
 * @param statistic gets the drawn rounds' numbers; returns one number per statistic.
 * @param options.draws Default: 1000.
 * @param options.block how many rounds in a row are drawn together, for rounds that hang together. Default: 1.
 * @returns one list per drawing.
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

/** The middle 95 % of the drawings of one statistic, around the estimate from all rounds. */
export function percentileInterval(value: number, drawings: readonly number[]): Interval {
  return { value, low: quantile(drawings, 0.025), high: quantile(drawings, 0.975) };
}
