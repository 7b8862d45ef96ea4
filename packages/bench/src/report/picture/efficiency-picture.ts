import { scaleLinear } from "d3-scale";
import type { Interval } from "../../base/interval.ts";
import type { LevelResult } from "../../base/scaling-result.ts";
import { counted, drawnShareOfNative, shareOfNative } from "../data/finding.ts";
import { percent, range, wholePercent } from "../data/format-number.ts";
import { drawAxes, type Plot, type Scale } from "../svg/axes.ts";
import { legend } from "../svg/legend.ts";
import { picture } from "../svg/picture.ts";
import { thinned } from "../svg/plot-series.ts";
import { element, hint, textElement } from "../svg/svg.ts";

const size = { width: 600, height: 420 };
const left = 56;
const right = 584;

const shares = { "ideal-share": "of the ideal", "machine-share": "of native threads" } as const;

/**
 * Draws two bars for each level: the speed-up relative to the ideal, and relative to native threads on this machine.
 */
export function efficiencyPicture(levels: readonly LevelResult[]): string {
  const hasCeiling = levels.some((level) => drawnShareOfNative(level) !== undefined);
  const names = legend(
    [
      { class: "bar ideal-share", name: shares["ideal-share"], sign: "area" },
      ...(hasCeiling ? [{ class: "bar machine-share", name: shares["machine-share"], sign: "area" } as const] : []),
    ],
    left,
    right,
  );
  const plot: Plot = { left, right, top: names.height + 38, bottom: 366 };
  const slot = (right - left) / levels.length;
  const tops = levels.flatMap((level) => [level.efficiency, drawnShareOfNative(level) ?? level.efficiency]);
  const most = Math.max(
    1.1,
    ...tops.map(({ value, high }) => Math.min(Number.isFinite(high) ? high : value, value * 1.3)),
  );
  const y = scaleLinear([0, most * 1.04], [plot.bottom, plot.top]);
  // Counts of workers are categories here: their places say nothing.
  const places = levels.map((_, at) => left + (at + 0.5) * slot);
  const axis = scaleLinear([0, 1], [left + 0.5 * slot, left + 1.5 * slot]);
  const room = thinned(places, 24);
  const shown = levels.flatMap((_, at) => (room[at] ? [at] : []));
  const width = Math.min(46, slot * (hasCeiling ? 0.4 : 0.7));
  const bars = levels.flatMap((level, at) => {
    const ofNative = drawnShareOfNative(level);
    const middle = places[at] as number;
    const one = (from: number, share: Interval, name: keyof typeof shares) => {
      const words = `${counted(level.workers)}: ${percent(share.value)} (${range(share, percent)}) ${shares[name]}`;
      return element("g", {}, hint(words), bar(y, plot, from, width, share, name));
    };
    if (!hasCeiling) return [one(middle - width / 2, level.efficiency, "ideal-share")];
    return [
      one(middle - width, level.efficiency, "ideal-share"),
      ...(ofNative === undefined ? [] : [one(middle, ofNative, "machine-share")]),
    ];
  });
  return picture(
    size,
    {
      title: "Efficiency",
      description: levels
        .map(
          (level) =>
            `${level.workers} workers: ${percent(level.efficiency.value)} of the ideal${ofMachineWords(level)}`,
        )
        .join("; "),
    },
    names.drawing,
    drawAxes(
      plot,
      { scale: axis, ticks: shown, label: "workers", format: (at) => String(levels[at]?.workers ?? "") },
      { scale: y, ticks: y.ticks(6), label: "share of the possible speed-up", format: wholePercent },
    ),
    ...bars,
    element("line", { class: "ideal", x1: left, x2: right, y1: y(1), y2: y(1) }),
  );
}

function ofMachineWords(level: LevelResult): string {
  const share = shareOfNative(level, percent);
  return share === undefined ? "" : `, ${share}`;
}

/** A bar with its value at the bottom when it is wide enough, and a line for its interval. */
function bar(y: Scale, plot: Plot, x: number, width: number, { value, low, high }: Interval, name: string): string {
  const place = (share: number) => Math.max(plot.top, Math.min(plot.bottom, y(share)));
  const top = place(value);
  const middle = x + width / 2;
  return [
    element("rect", { class: `bar ${name}`, x, y: top, width: Math.max(1, width - 2), height: plot.bottom - top }),
    Number.isFinite(low) && Number.isFinite(high)
      ? element("line", { class: "whisker", x1: middle - 1, x2: middle - 1, y1: place(low), y2: place(high) })
      : "",
    width >= 38
      ? textElement(middle - 1, plot.bottom - 8, wholePercent(value), { class: "on-bar", "text-anchor": "middle" })
      : "",
  ].join("");
}
