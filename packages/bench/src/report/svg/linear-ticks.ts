import type { Scale } from "./axes.ts";

/**
 * Chooses the ticks of a linear axis: round numbers, as many as keep their distance. d3 treats the count as a hint,
 * and long labels need more room.
 *
 * @param gap least distance of two ticks, in the picture's units.
 */
export function linearTicks(scale: Scale, gap: number): number[] {
  for (let count = 8; count > 1; count--) {
    const ticks = scale.ticks(count);
    const [first = 0, second = Number.POSITIVE_INFINITY] = ticks;
    if (Math.abs(scale(second) - scale(first)) >= gap) return ticks;
  }
  return scale.ticks(1);
}
