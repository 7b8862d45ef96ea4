import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { formatBytes } from "../base/byte-size.ts";
import { formatDuration, tickDuration } from "../base/duration.ts";
import type { SpawnRow } from "../base/spawn-result.ts";
import { summariseBirths } from "../model/birth-summary.ts";
import { drawAxes, type Plot, picture } from "./frame.ts";
import { element, textElement } from "./svg.ts";

const plot: Plot = { left: 70, right: 520, top: 36, bottom: 300 };
const kinds = { buffer: "Buffer", heap: "JS heap", sab: "SharedArrayBuffer" } as const;

/**
 * How long the caller is blocked over what it holds, a line a method and kind of memory; V8 keeps its heap out of forks,
 * buffers it does not. Empty when only one size was held.
 */
export function ballastPicture(rows: readonly SpawnRow[]): string {
  const sizes = [...new Set(rows.map((row) => row.ballast.bytes))].sort((a, b) => a - b);
  if (sizes.length < 2) return "";
  const measured = rows
    .filter((row) => row.births.length > 0)
    .map((row) => ({ ...row, ns: summariseBirths(row.births).blocked.p50 }));
  const series = measured
    .filter((row) => row.ballast.bytes > 0)
    .map((row) => ({
      method: row.method,
      kind: row.ballast.kind,
      foreign: row.family === "native" || row.family === "python",
    }))
    .filter(
      ({ method, kind, foreign }, at, all) =>
        // C and Python hold plain memory, whatever kind the others do.
        all.findIndex((other) => other.method === method && (foreign || other.kind === kind)) === at,
    )
    .map(({ method, kind, foreign }) => ({
      name: foreign ? method : `${method}, ${kinds[kind]}`,
      points: measured
        .filter((row) => row.method === method && (row.ballast.bytes === 0 || row.ballast.kind === kind))
        .map((row) => ({ bytes: row.ballast.bytes, ns: row.ns }))
        .sort((one, two) => one.bytes - two.bytes),
    }));
  const x = scaleLinear([0, sizes.at(-1) as number], [plot.left, plot.right]);
  const y = scaleLinear([0, Math.max(...measured.map((row) => row.ns)) * 1.05], [plot.bottom, plot.top]);
  const marks = series.map(({ name, points }, at) => {
    const dash = at >= 8 ? "4 3" : undefined;
    const top = plot.top + at * 19;
    const places = points.map(({ bytes, ns }): [number, number] => [x(bytes), y(ns)]);
    return [
      element("path", { class: `series s${at % 8}`, d: line()(places) ?? "", "stroke-dasharray": dash }),
      ...places.map(([cx, cy]) => element("circle", { class: `dot s${at % 8}`, cx, cy, r: 3.5 })),
      element("line", {
        class: `series s${at % 8}`,
        x1: plot.right + 16,
        x2: plot.right + 40,
        y1: top,
        y2: top,
        "stroke-dasharray": dash,
      }),
      textElement(plot.right + 46, top + 4, name),
    ].join("");
  });
  return picture(
    { width: 760, height: Math.max(356, plot.top + series.length * 19) },
    {
      title: "Blocked over what the parent holds",
      description: measured
        .map((row) => `${row.method}, ${formatBytes(row.ballast.bytes)} ${row.ballast.kind}: ${formatDuration(row.ns)}`)
        .join("; "),
    },
    drawAxes(
      plot,
      { scale: x, ticks: sizes, label: "memory that the parent holds", format: formatBytes },
      { scale: y, ticks: y.ticks(6), label: "until the call returned, median", format: tickDuration },
    ),
    ...marks,
  );
}
