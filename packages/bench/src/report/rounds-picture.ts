import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { formatDuration, tickDuration } from "../base/duration.ts";
import type { Cell } from "../base/sample.ts";
import { median, quantile } from "../model/median.ts";
import { drawAxes, type Plot, picture } from "./frame.ts";
import { percent } from "./number.ts";
import { element, textElement } from "./svg.ts";

const plot: Plot = { left: 60, right: 480, top: 36, bottom: 240 };

/** Every sample against its own cell's median, in the order in which they were taken: drift and disturbances show. */
export function roundsPicture(cells: readonly Cell[]): string {
  const measured = cells.filter((cell) => cell.samples.length > 1);
  const samples = measured.flatMap((cell) => {
    const middle = median(cell.samples.map((sample) => sample.spanNs));
    return cell.samples.map((sample) => ({ at: sample.startNs, off: sample.spanNs / middle - 1 }));
  });
  if (samples.length === 0) return "";
  const begin = Math.min(...samples.map(({ at }) => at));
  const end = Math.max(...samples.map(({ at }) => at));
  const offs = samples.map(({ off }) => off);
  const most = Math.max(0.02, quantile(offs, 0.98) * 1.15);
  const least = Math.min(-0.02, Math.min(...offs) * 1.15);
  const x = scaleLinear([0, end - begin], [plot.left, plot.right]);
  const y = scaleLinear([least, most], [plot.bottom, plot.top]);
  const series = measured.map((cell, at) => {
    const middle = median(cell.samples.map((sample) => sample.spanNs));
    const points = cell.samples.map((sample): [number, number] => [
      x(sample.startNs - begin),
      Math.max(plot.top, y(sample.spanNs / middle - 1)),
    ]);
    const top = plot.top + at * 19;
    const name = cell.role === "serial" ? "serial" : `${cell.role === "pool" ? "workers" : "ceiling"} ${cell.workers}`;
    return [
      element("path", { class: `series s${at % 8} thin`, d: line()(points) ?? "" }),
      ...points.map(([cx, cy]) => element("circle", { class: `dot s${at % 8}`, cx, cy, r: 2.4 })),
      element("line", { class: `series s${at % 8}`, x1: plot.right + 16, x2: plot.right + 36, y1: top, y2: top }),
      textElement(plot.right + 42, top + 4, name),
    ].join("");
  });
  return picture(
    { width: 600, height: 290 },
    { title: "Rounds in time order", description: `${samples.length} samples over ${formatDuration(end - begin)}` },
    drawAxes(
      plot,
      {
        scale: x,
        ticks: x.ticks(5),
        label: "time of the run",
        format: (ns) => tickDuration(ns),
      },
      {
        scale: y,
        ticks: y.ticks(5),
        label: "off the cell's own median",
        format: (share) => percent(share).replace(".0", ""),
      },
    ),
    ...series,
  );
}
