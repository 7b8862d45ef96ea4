import type { ScaleContinuousNumeric } from "d3-scale";
import { decimal, element, textElement } from "./svg.ts";

/** A scale from data to positions in a picture. */
export type Scale = ScaleContinuousNumeric<number, number>;

/** The inner rectangle of a picture, in its own units. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One axis: its scale, its ticks, their format, and what it measures. */
export interface Axis {
  readonly scale: Scale;
  readonly ticks: readonly number[];
  readonly label: string;
  readonly format?: (value: number) => string;
}

/** The grid, ticks and labels of both axes. */
export function drawAxes(plot: Plot, x: Axis, y: Axis): string {
  const marks: string[] = [];
  for (const tick of y.ticks) {
    const at = y.scale(tick);
    marks.push(element("line", { class: "grid", x1: plot.left, x2: plot.right, y1: at, y2: at }));
    marks.push(textElement(plot.left - 8, at + 4, (y.format ?? decimal)(tick), { "text-anchor": "end" }));
  }
  for (const tick of x.ticks) {
    const at = x.scale(tick);
    marks.push(element("line", { class: "axis", x1: at, x2: at, y1: plot.bottom, y2: plot.bottom + 5 }));
    marks.push(textElement(at, plot.bottom + 20, (x.format ?? decimal)(tick), { "text-anchor": "middle" }));
  }
  marks.push(element("line", { class: "axis", x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom }));
  marks.push(
    textElement((plot.left + plot.right) / 2, plot.bottom + 40, x.label, { class: "label", "text-anchor": "middle" }),
  );
  marks.push(textElement(plot.left - 40, plot.top - 14, y.label, { class: "label" }));
  return marks.join("");
}
