import { median } from "./median.ts";
import { pairedRatio } from "./ratio.ts";

/**
 * How different a run is from itself: every series' even rounds against its odd ones, which ran the same code. A change
 * below this share cannot be told from noise.
 *
 * @param series times in the order in which they were taken, one list for each thing that was measured.
 * @returns the median over series of the farthest end of that ratio's interval, as a share; 0 when there are too few rounds.
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
