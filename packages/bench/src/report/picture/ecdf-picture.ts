import { scaleLinear, scaleLog } from "d3-scale";
import { curveStepAfter, line } from "d3-shape";
import { formatDuration, tickDuration } from "../../base/duration.ts";
import { median } from "../../model/statistic/median.ts";
import { wholePercent } from "../data/format-number.ts";
import { drawAxes, type Plot } from "../svg/axes.ts";
import { logTicks } from "../svg/log-ticks.ts";
import { picture } from "../svg/picture.ts";
import { seriesLine, seriesMark, seriesName } from "../svg/plot-series.ts";

const gap = 18;

/** Samples of one kind, with how to draw them. */
export interface Distribution {
  readonly name: string;
  readonly values: readonly number[];
  readonly dashed: boolean;
}

/**
 * Draws the share of samples at or below a time, over time on a logarithmic scale: the empirical distribution. Names
 * are in the order of the medians, each of which has a mark.
 */
export function ecdfPicture(title: string, distributions: readonly Distribution[]): string {
  const series = distributions
    .map(({ name, values, dashed }) => ({
      name,
      dashed,
      sorted: values.filter((value) => value > 0).sort((a, b) => a - b),
    }))
    .filter(({ sorted }) => sorted.length > 0)
    .sort((one, two) => median(one.sorted) - median(two.sorted));
  if (series.length === 0) return "";
  const plot: Plot = { left: 56, right: 380, top: 38, bottom: Math.max(300, 38 + series.length * gap) };
  const least = Math.min(...series.map(({ sorted }) => sorted[0] as number));
  const most = Math.max(...series.map(({ sorted }) => sorted.at(-1) as number));
  const x = scaleLog([least * 0.8, most * 1.25], [plot.left, plot.right]);
  const y = scaleLinear([0, 1], [plot.bottom, plot.top]);
  const curves = series.map(({ name, sorted, dashed }, at) => {
    const steps = sorted.map((value, rank): [number, number] => [x(value), y((rank + 1) / sorted.length)]);
    const path = line().digits(1).curve(curveStepAfter)([[x(sorted[0] as number), y(0)], ...steps]) ?? "";
    return seriesLine(at, path, dashed, `${name}, ${sorted.length} samples`);
  });
  const middles = series.map(({ name, sorted }, at) =>
    seriesMark(at, x(median(sorted)), y(0.5), `${name}: median ${formatDuration(median(sorted))}`),
  );
  const names = series.map(({ name, dashed }, at) =>
    seriesName(at, plot.right + 14, plot.top + 4 + at * gap, name, dashed),
  );
  return picture(
    { width: 600, height: plot.bottom + 54 },
    {
      title,
      description: series.map(({ name, sorted }) => `${name}: median ${formatDuration(median(sorted))}`).join("; "),
    },
    drawAxes(
      plot,
      {
        scale: x,
        ticks: logTicks(x, 48),
        label: "time from the call, logarithmic",
        format: tickDuration,
      },
      { scale: y, ticks: [0, 0.25, 0.5, 0.75, 1], label: "share of children that had exited", format: wholePercent },
    ),
    ...curves,
    ...middles,
    ...names,
  );
}
