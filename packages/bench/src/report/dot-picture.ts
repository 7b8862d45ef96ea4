import { scaleLog } from "d3-scale";
import { drawAxes, type Plot, picture } from "./frame.ts";
import { seriesMark, shorten } from "./series.ts";
import { element, textElement } from "./svg.ts";

const left = 190;
const right = 584;
const rowHeight = 21;

/** A row: its name, and a value for each series that has one. */
export interface DotRow {
  readonly name: string;
  /** Set in bold. */
  readonly own: boolean;
  readonly values: readonly (number | undefined)[];
}

/** What the picture shows besides its rows. */
export interface DotWords {
  readonly title: string;
  /** What the axis measures. */
  readonly label: string;
  readonly series: readonly string[];
  readonly format: (value: number) => string;
}

/** Values over a logarithmic axis, a row a name and a mark a series; empty without a value. */
export function dotPicture(all: readonly DotRow[], { title, label, series, format }: DotWords): string {
  const rows = all.filter(({ values }) => values.some(isShown));
  const values = rows.flatMap((row) => row.values.filter(isShown));
  if (values.length === 0) return "";
  const names = seriesNames(series);
  const plot: Plot = { left, right, top: names.height + 14, bottom: names.height + 24 + rows.length * rowHeight };
  const x = scaleLog([Math.min(...values) / 1.5, Math.max(...values) * 1.5], [left, right]);
  const decades = x.ticks().filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(9))));
  const marks = rows.flatMap(({ name, own, values }, at) => {
    const y = plot.top + (at + 0.75) * rowHeight;
    const places = values.filter(isShown).map(x);
    return [
      textElement(left - 10, y + 4.5, shorten(name), { "text-anchor": "end", class: own ? "own" : undefined }),
      element("line", { class: "grid", x1: left, x2: right, y1: y, y2: y }),
      element("line", { class: "axis", x1: Math.min(...places), x2: Math.max(...places), y1: y, y2: y }),
      ...values.map((value, series) => (isShown(value) ? seriesMark(series, x(value), y) : "")),
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
      { scale: x, ticks: decades.length > 1 ? decades : [Math.min(...values), Math.max(...values)], label, format },
      { scale: x, ticks: [], label: "" },
    ),
    ...marks,
  );
}

function isShown(value: number | undefined): value is number {
  return value !== undefined && value > 0 && Number.isFinite(value);
}

/** The marks of the series with their names, in a row above the rows; none is needed for one series. */
function seriesNames(series: readonly string[]): { drawing: string; height: number } {
  if (series.length < 2) return { drawing: "", height: 0 };
  const width = Math.min(150, (right - 16) / series.length);
  const drawn = series.map((name, at) => seriesMark(at, 24 + at * width, 12) + textElement(34 + at * width, 16, name));
  return { drawing: drawn.join(""), height: 24 };
}
