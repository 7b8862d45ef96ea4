import type { Scale } from "./axes.ts";
import { thinned } from "./plot-series.ts";

/**
 * Chooses the ticks of a logarithmic axis: powers of ten; with fewer than two of these also multiples of 2 and 5; and
 * with fewer than two of these, round numbers.
 *
 * @param gap least distance of two ticks, in the picture's units.
 */
export function logTicks(scale: Scale, gap: number): number[] {
  const all = scale.ticks();
  const decades = all.filter((tick) => leading(tick) === 1);
  const fine = all.filter((tick) => [1, 2, 5].includes(leading(tick)));
  const ticks = decades.length > 1 ? decades : fine.length > 1 ? fine : all;
  const [from = 0, to = 0] = scale.range();
  const room = thinned(
    ticks.map((tick) => scale(tick) * Math.sign(to - from)),
    gap,
  );
  return ticks.filter((_, at) => room[at]);
}

/** The leading digit of a number with one significant digit; more for other numbers. */
function leading(value: number): number {
  const power = Math.floor(Math.log10(value) + 1e-9);
  return Number((value / 10 ** power).toFixed(6));
}
