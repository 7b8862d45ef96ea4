import { median } from "./median.ts";
import { pairedRatio } from "./ratio.ts";

/**
 * The noise of a run: how much the even rounds of each series differ from its odd rounds, which ran the same code. A
 * change smaller than this share is indistinguishable from noise.
 *
 * @param series one list of times for each measured quantity, in time order.
 * @returns the distance from 1 of the farther end of that ratio's interval, median over all series; 0 with too few
 * rounds.
 */
export function noiseFloor(series: readonly (readonly number[])[]): number {
  const floors = series.flatMap((times) => {
    const pairs = Math.floor(times.length / 2);
    if (pairs < 6) return [];
    const even = Array.from({ length: pairs }, (_, at) => times[2 * at] as number);
    const odd = Array.from({ length: pairs }, (_, at) => times[2 * at + 1] as number);
    const { low, high } = pairedRatio(even, odd);
    return [Math.max(Math.abs(low - 1), Math.abs(high - 1))];
  });
  return floors.length === 0 ? 0 : median(floors);
}
