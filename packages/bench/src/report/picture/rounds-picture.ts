import { scaleLinear } from "d3-scale";
import { formatDuration, tickDuration } from "../../base/duration.ts";
import type { Cell, Role } from "../../base/sample.ts";
import { median, quantile } from "../../model/statistic/median.ts";
import { wholePercent } from "../data/format-number.ts";
import { drawAxes, type Plot } from "../svg/axes.ts";
import { legend } from "../svg/legend.ts";
import { linearTicks } from "../svg/linear-ticks.ts";
import { picture } from "../svg/picture.ts";
import { element, hint, pathThrough } from "../svg/svg.ts";

const left = 72;
const right = 576;
const roles: Record<Role, string> = { serial: "serial loop", pool: "workers", ceiling: "native threads" };

/**
 * Every sample against its own cell's median, in the order in which they were taken, and the middle of each round:
 * drift and disturbances show. Empty without a cell of two samples.
 */
export function roundsPicture(cells: readonly Cell[]): string {
  const samples = cells
    .filter((cell) => cell.samples.length > 1)
    .flatMap((cell) => {
      const middle = median(cell.samples.map((sample) => sample.spanNs));
      return cell.samples.map(({ startNs, spanNs, launch, round }) => ({
        words: `${cell.id}, launch ${launch + 1}, round ${round + 1}: ${formatDuration(spanNs)}`,
        at: startNs,
        off: spanNs / middle - 1,
        role: cell.role,
        round: `${launch}/${round}`,
      }));
    });
  if (samples.length === 0) return "";
  const begin = Math.min(...samples.map(({ at }) => at));
  const end = Math.max(...samples.map(({ at }) => at));
  const offs = samples.map(({ off }) => off);
  // Values beyond the 98th percentile are drawn at the edge, so that a few spikes do not flatten the rest.
  const most = Math.max(0.02, quantile(offs, 0.98) * 1.15);
  const least = Math.min(-0.02, quantile(offs, 0.02) * 1.15);
  const present = (Object.keys(roles) as Role[]).filter((role) => samples.some((sample) => sample.role === role));
  const names = legend(
    [
      ...present.map((role) => ({ class: `sample ${role}`, name: roles[role], sign: "mark" as const })),
      { class: "middle", name: "middle of a round", sign: "line" },
    ],
    left,
    right,
  );
  const plot: Plot = { left, right, top: names.height + 38, bottom: 326 };
  const x = scaleLinear([0, Math.max(1, end - begin)], [left + 6, right - 6]);
  const y = scaleLinear([least, most], [plot.bottom, plot.top]);
  const place = (off: number) => Math.max(plot.top, Math.min(plot.bottom, y(off)));
  const middles = [...new Set(samples.map(({ round }) => round))]
    .map((round) => samples.filter((sample) => sample.round === round))
    .map((own): [number, number] => [
      x(median(own.map(({ at }) => at)) - begin),
      place(median(own.map(({ off }) => off))),
    ])
    .sort(([one], [two]) => one - two);
  return picture(
    { width: 600, height: 380 },
    { title: "Rounds in time order", description: `${samples.length} samples over ${formatDuration(end - begin)}` },
    names.drawing,
    drawAxes(
      plot,
      { scale: x, ticks: linearTicks(x, 80), label: "time of the run", format: tickDuration },
      { scale: y, ticks: y.ticks(5), label: "off the cell's own median", format: wholePercent },
    ),
    ...samples.map(({ at, off, role, words }) =>
      element("circle", { class: `sample ${role}`, cx: x(at - begin), cy: place(off), r: 2.8 }, hint(words)),
    ),
    element("path", { class: "middle", d: pathThrough(middles) }),
  );
}
