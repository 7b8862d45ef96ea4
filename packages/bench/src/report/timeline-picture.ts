import { scaleLinear } from "d3-scale";
import { formatDuration, tickDuration } from "../base/duration.ts";
import type { Cell } from "../base/sample.ts";
import { median } from "../model/median.ts";
import { picture } from "./frame.ts";
import { element, textElement } from "./svg.ts";

const left = 90;
const right = 560;

/** When each worker began and ended in the cell's most typical round: gaps at the ends are time that nobody used. */
export function timelinePicture(cell: Cell): string {
  const middle = median(cell.samples.map((sample) => sample.spanNs));
  const byDistance = [...cell.samples].sort(
    (one, two) => Math.abs(one.spanNs - middle) - Math.abs(two.spanNs - middle),
  );
  const [typical] = byDistance;
  if (typical === undefined) return "";
  const rowHeight = Math.max(6, Math.min(24, 240 / cell.workers));
  const x = scaleLinear([0, typical.spanNs], [left, right]);
  const bottom = 20 + cell.workers * rowHeight;
  const bars = typical.offsetsNs.flatMap((offset, at) => {
    const top = 16 + at * rowHeight;
    const busy = typical.busyNs[at] ?? 0;
    const waiting = Math.min(busy, typical.waitNs[at] ?? 0);
    return [
      ...(rowHeight < 14 && at % 8 !== 0
        ? []
        : [textElement(left - 10, top + rowHeight * 0.7, `worker ${at + 1}`, { "text-anchor": "end" })]),
      element("rect", {
        class: "loss useful",
        x: x(offset),
        y: top,
        width: x(offset + busy - waiting) - x(offset),
        height: rowHeight * 0.75,
      }),
      element("rect", {
        class: "loss waiting",
        x: x(offset + busy - waiting),
        y: top,
        width: x(offset + busy) - x(offset + busy - waiting),
        height: rowHeight * 0.75,
      }),
    ];
  });
  const ticks = x
    .ticks(5)
    .flatMap((tick) => [
      element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 8, y2: bottom }),
      textElement(x(tick), bottom + 18, tickDuration(tick), { "text-anchor": "middle" }),
    ]);
  return picture(
    { width: 600, height: bottom + 30 },
    { title: "Workers of one round", description: `${cell.workers} workers, ${formatDuration(typical.spanNs)}` },
    ...ticks,
    ...bars,
  );
}
