import { scaleLog } from "d3-scale";
import type { Comparison, Verdict } from "../../base/comparison.ts";
import { factor, range } from "../data/format-number.ts";
import { drawAxes, type Plot } from "../svg/axes.ts";
import { legend } from "../svg/legend.ts";
import { logTicks } from "../svg/log-ticks.ts";
import { picture } from "../svg/picture.ts";
import { shorten } from "../svg/plot-series.ts";
import { element, hint, textElement } from "../svg/svg.ts";

const left = 280;
const right = 536;
const rowHeight = 20;
/** An interval that extends farther than this from all values is cut, so that the others stay readable. */
const farthest = 3;

const shapes: Record<Verdict, string> = {
  improved: "M0,-5L4.8,3.8H-4.8Z",
  regressed: "M0,5L4.8,-3.8H-4.8Z",
  inconclusive: "M-3.6,0A3.6,3.6 0 1 1 3.6,0A3.6,3.6 0 1 1 -3.6,0Z",
  same: "M-3.6,0A3.6,3.6 0 1 1 3.6,0A3.6,3.6 0 1 1 -3.6,0Z",
};

/**
 * A forest plot: ratios with their intervals, a row each in the order given, around the line of no change. A ratio
 * without an interval is a mark alone. Empty without rows.
 *
 * @param threshold the change that does not matter, as a share; drawn as a band.
 */
export function forestPicture(comparisons: readonly Comparison[], threshold: number): string {
  const rows = comparisons.filter(({ ratio }) => Number.isFinite(ratio.value) && ratio.value > 0);
  if (rows.length === 0) return "";
  const present = (["regressed", "improved", "inconclusive", "same"] as const).filter((verdict) =>
    rows.some((row) => row.verdict === verdict),
  );
  const names = legend(
    present.map((verdict) => ({
      class: `forest ${verdict}`,
      name: verdict === "same" ? "the same" : verdict,
      sign: "mark",
      shape: shapes[verdict],
    })),
    16,
    590,
  );
  const plot: Plot = { left, right, top: names.height + 12, bottom: names.height + 22 + rows.length * rowHeight };
  const values = rows.map(({ ratio }) => ratio.value);
  const band = [1 / (1 + threshold), 1 + threshold] as const;
  const [least, most] = [Math.min(band[0], ...values), Math.max(band[1], ...values)];
  const low = Math.max(least / farthest, Math.min(least, ...rows.map(({ ratio }) => ratio.low)));
  const high = Math.min(most * farthest, Math.max(most, ...rows.map(({ ratio }) => ratio.high)));
  const x = scaleLog([low / 1.01, high * 1.01], [left, right]);
  const place = (ratio: number) => x(Math.max(low / 1.01, Math.min(high * 1.01, ratio)));
  const marks = rows.flatMap(({ name, ratio, verdict }, at) => {
    const y = plot.top + (at + 0.75) * rowHeight;
    const words = `${name}: ${factor(ratio.value)} (${range(ratio, factor)}), ${verdict}`;
    return [
      textElement(left - 12, y + 4.5, shorten(name, 34), { "text-anchor": "end" }),
      element(
        "g",
        { class: `forest ${verdict}` },
        hint(words),
        Number.isFinite(ratio.high)
          ? element("line", { class: "interval", x1: place(ratio.low), x2: place(ratio.high), y1: y, y2: y })
          : "",
        element("path", {
          class: "point",
          d: shapes[verdict],
          transform: `translate(${x(ratio.value).toFixed(1)} ${y})`,
        }),
      ),
      textElement(right + 10, y + 4.5, factor(ratio.value)),
    ];
  });
  return picture(
    { width: 600, height: plot.bottom + 52 },
    {
      title: "Ratios with their intervals",
      description: rows.map(({ name, ratio, verdict }) => `${name}: ${factor(ratio.value)}, ${verdict}`).join("; "),
    },
    names.drawing,
    element("rect", {
      class: "zone",
      x: x(band[0]),
      y: plot.top,
      width: x(band[1]) - x(band[0]),
      height: plot.bottom - plot.top,
    }),
    drawAxes(
      plot,
      { scale: x, ticks: logTicks(x, 48), label: "later over earlier, logarithmic", format: factor },
      { scale: x, ticks: [], label: "" },
    ),
    element("line", { class: "axis", x1: x(1), x2: x(1), y1: plot.top, y2: plot.bottom }),
    ...marks,
  );
}
