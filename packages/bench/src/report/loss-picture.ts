import { scaleLinear } from "d3-scale";
import type { LevelResult } from "../base/scaling-result.ts";
import { lossParts } from "./finding.ts";
import { picture } from "./frame.ts";
import { percent } from "./number.ts";
import { element, textElement } from "./svg.ts";

const left = 90;
const right = 520;
const rowHeight = 34;

/** What the workers' time was spent on, a bar a level: the useful share is the efficiency. Empty when nothing is known. */
export function lossPicture(levels: readonly LevelResult[]): string {
  const known = levels.flatMap(({ workers, loss }) => (loss === undefined ? [] : [{ workers, loss }]));
  if (known.length === 0) return "";
  const x = scaleLinear([0, 1], [left, right]);
  const bottom = 62 + known.length * rowHeight;
  const bars = known.flatMap(({ workers, loss }, at) => {
    const top = 60 + at * rowHeight;
    const parts = [{ key: "useful" as const, share: loss.useful }, ...lossParts(loss)].filter(({ share }) => share > 0);
    // Noise makes a part slightly negative; the bar then shows the others over what they make together.
    const whole = parts.reduce((sum, { share }) => sum + share, 0);
    let from = 0;
    const drawn = parts.map(({ key, share }) => {
      const start = x(from);
      from += share / whole;
      return element("rect", { class: `loss ${key}`, x: start, y: top, width: x(from) - start, height: 20 });
    });
    return [
      textElement(left - 10, top + 15, `${workers} ${workers === 1 ? "worker" : "workers"}`, { "text-anchor": "end" }),
      ...drawn,
      textElement(right + 8, top + 15, percent(loss.useful)),
    ];
  });
  const names = [
    { key: "useful", name: "useful" },
    ...lossParts((known[0] as { loss: NonNullable<LevelResult["loss"]> }).loss),
  ];
  const legend = names.map(({ key, name }, at) => {
    const start = left + (at % 3) * 150;
    const top = 6 + Math.floor(at / 3) * 22;
    return (
      element("rect", { class: `loss ${key}`, x: start, y: top, width: 12, height: 12 }) +
      textElement(start + 18, top + 10, name)
    );
  });
  return picture(
    { width: 600, height: bottom + 6 },
    {
      title: "What the workers' time was spent on",
      description: known.map(({ workers, loss }) => `${workers} workers: ${percent(loss.useful)} useful`).join("; "),
    },
    ...legend,
    ...bars,
  );
}
