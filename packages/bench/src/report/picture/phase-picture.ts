import { scaleLog } from "d3-scale";
import { formatDuration, tickDuration } from "../../base/duration.ts";
import type { SpawnRow } from "../../base/spawn-result.ts";
import type { StartSummary } from "../../model/start-summary.ts";
import { legend } from "../svg/legend.ts";
import { logTicks } from "../svg/log-ticks.ts";
import { picture } from "../svg/picture.ts";
import { shorten } from "../svg/plot-series.ts";
import { element, hint, textElement } from "../svg/svg.ts";

const left = 190;
const right = 530;
const rowHeight = 24;
const phases = {
  blocked: "caller blocked",
  boot: "boot",
  ready: "ready",
  answer: "answer",
  end: "end",
} as const;

/**
 * Bars from stamp to stamp on a logarithmic axis, which also shows phases below a millisecond: medians,
 * with a whisker to the 90th percentile of the end.
 */
export function phasePicture(entries: readonly { readonly row: SpawnRow; readonly summary: StartSummary }[]): string {
  const most = Math.max(...entries.map(({ summary }) => Math.max(endOf(summary), total(summary))));
  const least = Math.min(...entries.map(({ summary }) => summary.phases.find(({ ns }) => ns > 0)?.ns ?? most));
  const first = Math.max(least / 2, most / 1e6);
  const log = scaleLog([first, most], [left, right]);
  // Times below the left end are drawn at it.
  const x = (ns: number) => log(Math.max(first, ns));
  const present = (Object.keys(phases) as (keyof typeof phases)[]).filter((name) =>
    entries.some(({ summary }) => summary.phases.some((phase) => phase.name === name)),
  );
  const names = legend(
    present.map((name) => ({ class: `phase ${name}`, name: phases[name], sign: "area" })),
    16,
    590,
  );
  const begin = names.height + 24;
  const bottom = begin + entries.length * rowHeight;
  const marks = entries.flatMap(({ row, summary }, at) => {
    const top = begin + at * rowHeight;
    const middle = top + 8;
    let from = 0;
    const bars = summary.phases.map(({ name, ns }) => {
      const start = x(from);
      from += ns;
      return element(
        "rect",
        { class: `phase ${name}`, x: start, y: top, width: Math.max(0.5, x(from) - start), height: 16 },
        hint(`${row.method}, ${phases[name]}: ${formatDuration(ns)}`),
      );
    });
    const reach = Math.max(x(from), x(endOf(summary)));
    return [
      textElement(left - 10, middle + 4, shorten(row.method), {
        "text-anchor": "end",
        class: row.family === "manyhands" ? "own" : undefined,
      }),
      ...bars,
      element("line", { class: "whisker", x1: x(from), x2: x(endOf(summary)), y1: middle, y2: middle }),
      textElement(reach + 6, middle + 4, formatDuration(summary.gone.p50), { class: "faint" }),
    ];
  });
  const ticks = logTicks(log, 56).flatMap((tick) => [
    element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: begin - 6, y2: bottom }),
    textElement(x(tick), bottom + 16, tickDuration(tick), { "text-anchor": "middle" }),
  ]);
  return picture(
    { width: 600, height: bottom + 46 },
    {
      title: "Phases of a child's life",
      description: entries.map(({ row, summary }) => `${row.method}: ${formatDuration(summary.gone.p50)}`).join("; "),
    },
    names.drawing,
    ...ticks,
    ...marks,
    textElement((left + right) / 2, bottom + 38, "time from the call, logarithmic", {
      class: "label",
      "text-anchor": "middle",
    }),
  );
}

/** How far the whisker reaches: to the 90th percentile, or to the slowest of fewer than ten children. */
function endOf({ gone }: StartSummary): number {
  return Number.isNaN(gone.p90) ? gone.max : gone.p90;
}

function total({ phases }: StartSummary): number {
  return phases.reduce((sum, { ns }) => sum + ns, 0);
}
