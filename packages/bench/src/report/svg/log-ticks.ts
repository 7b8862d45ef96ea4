import type { Scale } from "./plot-frame.ts";
import { thinned } from "./plot-series.ts";

/**
 * Where the ticks of a logarithmic axis stand: at powers of ten; where there are fewer than two, at 1, 2 and 5 too; and
 * where there are fewer than two of these, at round numbers.
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

/** The first figure of a number that has one significant figure; others give more. */
function leading(value: number): number {
  const power = Math.floor(Math.log10(value) + 1e-9);
  return Number((value / 10 ** power).toFixed(6));
}
