import { scaleLinear } from "d3-scale";
import { formatDuration, tickDuration } from "../base/duration.ts";
import type { SpawnRow } from "../base/spawn-result.ts";
import type { BirthSummary } from "../model/birth-summary.ts";
import { picture } from "./frame.ts";
import { element, textElement } from "./svg.ts";

const left = 170;
const right = 640;
const rowHeight = 26;

/** Stacked bars: what lies between the stamps, in medians, with a whisker to the ninetieth percentile of the end. */
export function phasePicture(entries: readonly { readonly row: SpawnRow; readonly summary: BirthSummary }[]): string {
  const most = Math.max(...entries.map(({ summary }) => Math.max(summary.gone.p90, total(summary))));
  const x = scaleLinear([0, most], [left, right]).nice();
  const bottom = 34 + entries.length * rowHeight;
  const marks = entries.flatMap(({ row, summary }, at) => {
    const top = 30 + at * rowHeight;
    let from = 0;
    const bars = summary.phases.map(({ name, ns }) => {
      const bar = element("rect", {
        class: `phase ${name}`,
        x: x(from),
        y: top,
        width: Math.max(0.5, x(from + ns) - x(from)),
        height: 16,
      });
      from += ns;
      return bar;
    });
    const middle = top + 8;
    return [
      textElement(left - 10, middle + 4, row.method, {
        "text-anchor": "end",
        class: row.family === "manyhands" ? "own" : undefined,
      }),
      ...bars,
      element("line", { class: "whisker", x1: x(from), x2: x(summary.gone.p90), y1: middle, y2: middle }),
      textElement(Math.max(x(from), x(summary.gone.p90)) + 8, middle + 4, formatDuration(summary.gone.p50), {
        class: "faint",
      }),
    ];
  });
  const ticks = x
    .ticks(6)
    .flatMap((tick) => [
      element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 26, y2: bottom }),
      textElement(x(tick), bottom + 18, tickDuration(tick), { "text-anchor": "middle" }),
    ]);
  return picture(
    { width: 730, height: bottom + 40 },
    {
      title: "Phases of a child's life",
      description: entries.map(({ row, summary }) => `${row.method}: ${formatDuration(summary.gone.p50)}`).join("; "),
    },
    legend(),
    ...ticks,
    ...marks,
  );
}

function total({ phases }: BirthSummary): number {
  return phases.reduce((sum, { ns }) => sum + ns, 0);
}

function legend(): string {
  return ["blocked", "boot", "ready", "answer", "end"]
    .map((name, at) => {
      const start = left + at * 100;
      return (
        element("rect", { class: `phase ${name}`, x: start, y: 4, width: 12, height: 12 }) +
        textElement(start + 18, 14, name)
      );
    })
    .join("");
}
