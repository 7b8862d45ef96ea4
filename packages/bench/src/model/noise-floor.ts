import type { Interval } from "../base/interval.ts";
import { median } from "./statistic/median.ts";
import { pairedRatio } from "./statistic/ratio.ts";

/**
 * The noise of a run that its intervals do not show: how far the even rounds of each series certainly differ from its
 * odd rounds, which ran the same code.
 *
 * @param series one list of times for each measured quantity, in time order.
 * @returns a share, the median over all series; 0 with too few rounds.
 */
export function noiseFloor(series: readonly (readonly number[])[]): number {
  const floors = series.flatMap((times) => {
    const pairs = Math.floor(times.length / 2);
    if (pairs < 6) return [];
    const even = Array.from({ length: pairs }, (_, at) => times[2 * at] as number);
    const odd = Array.from({ length: pairs }, (_, at) => times[2 * at + 1] as number);
    return [certainChange(pairedRatio(even, odd))];
  });
  return floors.length === 0 ? 0 : median(floors);
}

/** The smallest change that a ratio's interval allows, as a share: 0 when the interval contains 1. */
export function certainChange({ low, high }: Interval): number {
  return Math.max(0, low - 1, 1 / high - 1);
}
