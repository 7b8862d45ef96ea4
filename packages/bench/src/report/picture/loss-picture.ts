import { scaleLinear } from "d3-scale";
import type { LevelResult } from "../../base/scaling-result.ts";
import { counted, lossParts } from "../data/finding.ts";
import { percent, wholePercent } from "../data/format-number.ts";
import { legend } from "../svg/legend.ts";
import { picture } from "../svg/picture.ts";
import { thinned } from "../svg/plot-series.ts";
import { element, hint, textElement } from "../svg/svg.ts";

const left = 90;
const right = 530;

/**
 * What the workers' time was spent on in all rounds, a bar a level. Empty when nothing is known.
 */
export function lossPicture(levels: readonly LevelResult[]): string {
  const known = levels.flatMap(({ workers, loss }) => (loss === undefined ? [] : [{ workers, loss }]));
  const [first] = known;
  if (first === undefined) return "";
  const parts = [{ key: "useful" as const, name: "useful" }, ...lossParts(first.loss)].filter(({ key }) =>
    known.some(({ loss }) => loss[key] >= 0.005),
  );
  const names = legend(
    parts.map(({ key, name }) => ({ class: `loss ${key}`, name, sign: "area" })),
    16,
    590,
  );
  const rowHeight = Math.max(7, Math.min(34, 340 / known.length));
  const top = names.height + 24;
  const bottom = top + known.length * rowHeight;
  const x = scaleLinear([0, 1], [left, right]);
  const room = thinned(
    known.map((_, at) => top + at * rowHeight),
    16,
  );
  const bars = known.flatMap(({ workers, loss }, at) => {
    const own = parts.map(({ key, name }) => ({ key, name, share: Math.max(0, loss[key]) }));
    // Noise makes a part slightly negative; the bar then shows the others over what they make together.
    const whole = own.reduce((sum, { share }) => sum + share, 0);
    let from = 0;
    const row = top + at * rowHeight;
    const words = counted(workers);
    const drawn = own.map(({ key, name, share }) => {
      const start = x(from);
      from += share / whole;
      const width = x(from) - start;
      return element(
        "rect",
        { class: `loss ${key}`, x: start, y: row, width, height: rowHeight * 0.7 },
        hint(`${words}, ${name}: ${percent(loss[key])}`),
      );
    });
    const middle = row + rowHeight * 0.35 + 4.5;
    return [
      ...drawn,
      ...(room[at]
        ? [
            textElement(left - 10, middle, words, { "text-anchor": "end" }),
            textElement(right + 8, middle, percent(loss.useful)),
          ]
        : []),
    ];
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
    element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: top - 6, y2: bottom }),
    textElement(x(tick), bottom + 16, wholePercent(tick), { "text-anchor": "middle" }),
  ]);
  return picture(
    { width: 600, height: bottom + 46 },
    {
      title: "What the workers' time was spent on",
      description: known.map(({ workers, loss }) => `${workers} workers: ${percent(loss.useful)} useful`).join("; "),
    },
    names.drawing,
    ...ticks,
    ...bars,
    textElement((left + right) / 2, bottom + 38, "share of the workers' time", {
      class: "label",
      "text-anchor": "middle",
    }),
  );
}
