import { scaleLinear, scaleLog } from "d3-scale";
import { drawAxes, type Plot } from "../svg/axes.ts";
import { linearTicks } from "../svg/linear-ticks.ts";
import { logTicks } from "../svg/log-ticks.ts";
import { picture } from "../svg/picture.ts";
import { seriesMark, shorten } from "../svg/plot-series.ts";
import { element, textElement } from "../svg/svg.ts";

const left = 190;
const right = 570;
const rowHeight = 21;

/** A row: its name, and a value for each series that has one. */
export interface DotRow {
  readonly name: string;
  /** Set in bold. */
  readonly own: boolean;
  readonly values: readonly (number | undefined)[];
}

/** The texts of the picture besides its rows. */
export interface DotWords {
  readonly title: string;
  /** What the axis measures. */
  readonly label: string;
  readonly series: readonly string[];
  readonly format: (value: number) => string;
  /** Whether the axis is linear, from 0 on. Default: logarithmic. */
  readonly linear?: boolean;
}

/** Draws values over an axis: a row for each name, a mark for each series. Empty without a value. */
export function dotPicture(all: readonly DotRow[], { title, label, series, format, linear = false }: DotWords): string {
  const rows = all.filter(({ values }) => values.some(isShown));
  const values = rows.flatMap((row) => row.values.filter(isShown));
  if (values.length === 0) return "";
  const names = seriesNames(series);
  const plot: Plot = { left, right, top: names.height + 14, bottom: names.height + 24 + rows.length * rowHeight };
  const most = Math.max(...values);
  const x = linear
    ? scaleLinear([0, most * 1.05], [left, right])
    : scaleLog([Math.min(...values) / 1.5, most * 1.5], [left, right]);
  const words = (name: string, at: number, value: number) =>
    `${name}${series.length < 2 ? "" : `, ${series[at]}`}: ${format(value)}`;
  const marks = rows.flatMap(({ name, own, values }, at) => {
    const y = plot.top + (at + 0.75) * rowHeight;
    const places = values.filter(isShown).map(x);
    return [
      textElement(left - 10, y + 4.5, shorten(name), { "text-anchor": "end", class: own ? "own" : undefined }),
      element("line", { class: "grid", x1: left, x2: right, y1: y, y2: y }),
      element("line", { class: "axis", x1: Math.min(...places), x2: Math.max(...places), y1: y, y2: y }),
      ...values.map((value, at) => (isShown(value) ? seriesMark(at, x(value), y, words(name, at, value)) : "")),
    ];
  });
  return picture(
    { width: 600, height: plot.bottom + 52 },
    {
      title,
      description: rows
        .map(
          ({ name, values }) => `${name}: ${values.map((value) => (isShown(value) ? format(value) : "–")).join(", ")}`,
        )
        .join("; "),
    },
    names.drawing,
    drawAxes(
      plot,
      { scale: x, ticks: linear ? linearTicks(x, 60) : logTicks(x, 60), label, format },
      { scale: x, ticks: [], label: "" },
    ),
    ...marks,
  );
}

function isShown(value: number | undefined): value is number {
  return value !== undefined && value > 0 && Number.isFinite(value);
}

/** The legend of the series, above the rows. Empty for a single series. */
function seriesNames(series: readonly string[]): { drawing: string; height: number } {
  if (series.length < 2) return { drawing: "", height: 0 };
  let x = 24;
  const drawn = series.map((name, at) => {
    const drawing = seriesMark(at, x, 12) + textElement(x + 10, 16, name);
    x += 34 + name.length * 6.9;
    return drawing;
  });
  return { drawing: drawn.join(""), height: 24 };
}
