import type { Cell } from "../base/sample.ts";
import { median } from "./median.ts";
import { pairedRatio } from "./ratio.ts";

/**
 * How different a run is from itself: every cell's even rounds against its odd ones, which ran the same code. A change
 * below this share cannot be told from noise.
 *
 * @returns the median over cells of the farthest end of that ratio's interval, as a share; 0 when there are too few rounds.
 */
export function noiseFloor(cells: readonly Cell[]): number {
  const floors = cells.flatMap(({ samples }) => {
    const pairs = Math.floor(samples.length / 2);
    if (pairs < 6) return [];
    const spans = samples.map((sample) => sample.spanNs);
    const even = Array.from({ length: pairs }, (_, at) => spans[2 * at] as number);
    const odd = Array.from({ length: pairs }, (_, at) => spans[2 * at + 1] as number);
    const { low, high } = pairedRatio(even, odd);
    return [Math.max(Math.abs(low - 1), Math.abs(high - 1))];
  });
  return floors.length === 0 ? 0 : median(floors);
}
