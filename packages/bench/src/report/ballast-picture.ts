import { scaleLinear } from "d3-scale";
import { formatBytes } from "../base/byte-size.ts";
import { formatDuration, tickDuration } from "../base/duration.ts";
import type { SpawnRow } from "../base/spawn-result.ts";
import { summariseBirths } from "../model/birth-summary.ts";
import { drawAxes, type Plot, picture } from "./frame.ts";
import { seriesLine, seriesMark, seriesName, spread, thinned } from "./series.ts";
import { pathThrough } from "./svg.ts";

const gap = 17;
const kinds = { buffer: "Buffer", heap: "JS heap", sab: "shared" } as const;

interface Line {
  readonly name: string;
  readonly foreign: boolean;
  readonly points: readonly { readonly bytes: number; readonly ns: number }[];
}

/**
 * How long the caller is blocked over what it holds, a line a method and kind of memory, named at its end. Empty when
 * only one size was held.
 */
export function ballastPicture(rows: readonly SpawnRow[]): string {
  const sizes = [...new Set(rows.map((row) => row.ballast.bytes))].sort((a, b) => a - b);
  const lines = linesOf(rows);
  if (sizes.length < 2 || lines.length === 0) return "";
  const plot: Plot = { left: 70, right: 350, top: 38, bottom: Math.max(330, 38 + lines.length * gap) };
  const x = scaleLinear([0, sizes.at(-1) as number], [plot.left, plot.right]);
  const room = thinned(sizes.map(x), 60);
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ ns }) => ns)));
  const y = scaleLinear([0, most * 1.05], [plot.bottom, plot.top]);
  const ends = lines.map(({ points }) => y(points.at(-1)?.ns ?? 0));
  const places = spread(ends, gap, plot.top, plot.bottom);
  const marks = lines.flatMap(({ name, foreign, points }, at) => {
    const drawn = points.map(({ bytes, ns }): [number, number] => [x(bytes), y(ns)]);
    return [
      seriesLine(at, pathThrough(drawn), foreign),
      ...drawn.map(([cx, cy]) => seriesMark(at, cx, cy)),
      seriesName(at, plot.right + 16, places[at] as number, name, foreign),
    ];
  });
  return picture(
    { width: 600, height: plot.bottom + 54 },
    {
      title: "Blocked over what the parent holds",
      description: lines
        .map(({ name, points }) => `${name}: ${points.map(({ ns }) => formatDuration(ns)).join(", ")}`)
        .join("; "),
    },
    drawAxes(
      plot,
      {
        scale: x,
        ticks: sizes.filter((_, at) => room[at]),
        label: "memory that the parent holds",
        format: formatBytes,
      },
      { scale: y, ticks: y.ticks(6), label: "until the call returned, median", format: tickDuration },
    ),
    ...marks,
  );
}

/** One line a method and kind; C and Python hold plain memory, whatever kind the others do. */
function linesOf(rows: readonly SpawnRow[]): Line[] {
  const measured = rows
    .filter((row) => row.births.length > 0)
    .map((row) => ({ ...row, ns: summariseBirths(row.births).blocked.p50 }));
  const lines = new Map<string, Line>();
  for (const { method, family, ballast } of measured) {
    if (ballast.bytes === 0) continue;
    const foreign = family === "native" || family === "python";
    const name = foreign ? method : `${method}, ${kinds[ballast.kind]}`;
    const points = measured
      .filter((row) => row.method === method && (row.ballast.bytes === 0 || row.ballast.kind === ballast.kind))
      .map((row) => ({ bytes: row.ballast.bytes, ns: row.ns }))
      .sort((one, two) => one.bytes - two.bytes);
    if (!lines.has(name)) lines.set(name, { name, foreign, points });
  }
  return [...lines.values()];
}
