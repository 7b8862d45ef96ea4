import { scaleLinear } from "d3-scale";
import { formatDuration, tickDuration } from "../../base/duration.ts";
import { drawAxes, type Plot } from "../svg/axes.ts";
import { picture } from "../svg/picture.ts";
import { seriesLine, seriesMark, seriesName, spread, thinned } from "../svg/plot-series.ts";
import { pathThrough } from "../svg/svg.ts";

const gap = 17;

/** One line: times over whatever the axis counts. */
export interface Line {
  readonly name: string;
  /** Of C or Python, which are dashed. */
  readonly foreign: boolean;
  readonly points: readonly { readonly at: number; readonly ns: number }[];
}

/** What the picture shows besides its lines. */
export interface LinesWords {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly format?: (at: number) => string;
}

/**
 * Times that grow with something, a line each, named at its end. Empty when nothing grew: with fewer than two places.
 */
export function linesPicture(lines: readonly Line[], { title, across, up, format = String }: LinesWords): string {
  const places = [...new Set(lines.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b);
  if (places.length < 2) return "";
  const plot: Plot = { left: 70, right: 350, top: 38, bottom: Math.max(330, 38 + lines.length * gap) };
  const x = scaleLinear([Math.min(0, places[0] as number), places.at(-1) as number], [plot.left, plot.right]);
  const room = thinned(places.map(x), 60);
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ ns }) => ns)));
  const y = scaleLinear([0, most * 1.05], [plot.bottom, plot.top]);
  const ends = spread(
    lines.map(({ points }) => y(points.at(-1)?.ns ?? 0)),
    gap,
    plot.top,
    plot.bottom,
  );
  const marks = lines.flatMap(({ name, foreign, points }, line) => {
    const drawn = points.map(({ at, ns }): [number, number] => [x(at), y(ns)]);
    const words = ({ at, ns }: (typeof points)[number]) => `${name}, ${format(at)}: ${formatDuration(ns)}`;
    return [
      seriesLine(line, pathThrough(drawn), foreign, name),
      ...points.map((point) => seriesMark(line, x(point.at), y(point.ns), words(point))),
      seriesName(line, plot.right + 16, ends[line] as number, name, foreign, 27),
    ];
  });
  return picture(
    { width: 600, height: plot.bottom + 54 },
    {
      title,
      description: lines
        .map(({ name, points }) => `${name}: ${points.map(({ ns }) => formatDuration(ns)).join(", ")}`)
        .join("; "),
    },
    drawAxes(
      plot,
      { scale: x, ticks: places.filter((_, at) => room[at]), label: across, format },
      { scale: y, ticks: y.ticks(6), label: up, format: tickDuration },
    ),
    ...marks,
  );
}
