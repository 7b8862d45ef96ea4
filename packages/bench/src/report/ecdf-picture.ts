import { scaleLinear, scaleLog } from "d3-scale";
import { curveStepAfter, line } from "d3-shape";
import { tickDuration } from "../base/duration.ts";
import { drawAxes, type Plot, picture } from "./frame.ts";
import { percent } from "./number.ts";
import { element, textElement } from "./svg.ts";

const plot: Plot = { left: 60, right: 560, top: 36, bottom: 330 };

/** Samples of one kind, with how to draw them: colour by place, dash by family, name at the median. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  readonly dashed: boolean;
}

/** Share of samples at or below a time, over time on a logarithmic scale: the whole distribution, tail and all. */
export function ecdfPicture(title: string, series: readonly Series[]): string {
  const all = series.flatMap(({ values }) => values).filter((value) => value > 0);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const x = scaleLog([least * 0.8, most * 1.25], [plot.left, plot.right]);
  const y = scaleLinear([0, 1], [plot.bottom, plot.top]);
  const decades = x.ticks().filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(9))));
  const curves = series.map(({ values, dashed }, at) => {
    const sorted = [...values].filter((value) => value > 0).sort((a, b) => a - b);
    const steps = sorted.map((value, rank): [number, number] => [x(value), y((rank + 1) / sorted.length)]);
    const first: [number, number][] = sorted.length === 0 ? [] : [[x(sorted[0] as number), y(0)]];
    const path = line().curve(curveStepAfter)([...first, ...steps]) ?? "";
    return element("path", { class: `series s${at % 8}`, d: path, "stroke-dasharray": dashed ? "4 3" : undefined });
  });
  const names = series.map(({ name, dashed }, at) => {
    const top = plot.top + at * 18;
    const sample = { x1: plot.right + 20, x2: plot.right + 44, y1: top, y2: top };
    return (
      element("line", { class: `series s${at % 8}`, ...sample, "stroke-dasharray": dashed ? "4 3" : undefined }) +
      textElement(plot.right + 50, top + 4, name)
    );
  });
  return picture(
    { width: 780, height: Math.max(390, plot.top + series.length * 18 + 20) },
    { title, description: `Distribution of ${series.map(({ name }) => name).join(", ")}` },
    drawAxes(
      plot,
      { scale: x, ticks: decades, label: "time from the call, logarithmic", format: tickDuration },
      {
        scale: y,
        ticks: [0, 0.25, 0.5, 0.75, 1],
        label: "share of children",
        format: (share) => percent(share).replace(".0", ""),
      },
    ),
    ...curves,
    ...names,
  );
}
