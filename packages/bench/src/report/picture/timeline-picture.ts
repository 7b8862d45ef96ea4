import { scaleLinear } from "d3-scale";
import { formatDuration, tickDuration } from "../../base/duration.ts";
import type { Cell } from "../../base/sample.ts";
import { median } from "../../model/statistic/median.ts";
import { legend } from "../svg/legend.ts";
import { linearTicks } from "../svg/linear-ticks.ts";
import { picture } from "../svg/picture.ts";
import { thinned } from "../svg/plot-series.ts";
import { element, hint, textElement } from "../svg/svg.ts";

const left = 90;
const right = 570;

/** Draws when each worker started and ended in the most typical round of a cell. Gaps at the ends are idle time. */
export function timelinePicture(cell: Cell): string {
  const middle = median(cell.samples.map((sample) => sample.spanNs));
  const byDistance = [...cell.samples].sort(
    (one, two) => Math.abs(one.spanNs - middle) - Math.abs(two.spanNs - middle),
  );
  const [typical] = byDistance;
  if (typical === undefined) return "";
  const names = legend(
    [
      { class: "loss useful", name: "running", sign: "area" },
      { class: "loss waiting", name: "waiting for a CPU, in all", sign: "area" },
    ],
    left,
    right,
  );
  const rowHeight = Math.max(5, Math.min(30, 320 / cell.workers));
  const top = names.height + 24;
  const bottom = top + cell.workers * rowHeight;
  const x = scaleLinear([0, typical.spanNs], [left, right]);
  const room = thinned(
    typical.offsetsNs.map((_, at) => top + at * rowHeight),
    16,
  );
  const bars = typical.offsetsNs.flatMap((offset, at) => {
    const row = top + at * rowHeight;
    const busy = typical.busyNs[at] ?? 0;
    const waiting = Math.min(busy, typical.waitNs[at] ?? 0);
    const bar = (name: string, from: number, to: number, words: string) =>
      element(
        "rect",
        { class: name, x: x(from), y: row, width: Math.max(0, x(to) - x(from)), height: rowHeight * 0.75 },
        hint(`worker ${at + 1}, ${words}: ${formatDuration(to - from)}`),
      );
    return [
      ...(room[at]
        ? [textElement(left - 10, row + rowHeight * 0.375 + 4.5, `worker ${at + 1}`, { "text-anchor": "end" })]
        : []),
      bar("loss useful", offset, offset + busy - waiting, "running"),
      bar("loss waiting", offset + busy - waiting, offset + busy, "waiting for a CPU"),
    ];
  });
  const ticks = linearTicks(x, 80).flatMap((tick) => [
    element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: top - 6, y2: bottom }),
    textElement(x(tick), bottom + 18, tickDuration(tick), { "text-anchor": "middle" }),
  ]);
  return picture(
    { width: 600, height: bottom + 48 },
    { title: "Workers of one round", description: `${cell.workers} workers, ${formatDuration(typical.spanNs)}` },
    names.drawing,
    ...ticks,
    ...bars,
    element("line", { class: "axis", x1: right, x2: right, y1: top - 6, y2: bottom }),
    textElement(
      (left + right) / 2,
      bottom + 40,
      "time from the call; the line at the right is when all results were back",
      {
        class: "label",
        "text-anchor": "middle",
      },
    ),
  );
}
