import { scaleLinear } from "d3-scale";
import { formatBytes } from "../base/byte-size.ts";
import type { SpawnRow } from "../base/spawn-result.ts";
import { picture } from "./frame.ts";
import { element, textElement } from "./svg.ts";

const left = 170;
const right = 620;

/** What one idle child costs: its own pages, its fair share, and what `ps` would show. */
export function memoryPicture(rows: readonly SpawnRow[]): string {
  const weighed = rows.flatMap((row) =>
    row.footprint === undefined ? [] : [{ method: row.method, footprint: row.footprint }],
  );
  if (weighed.length === 0) return "";
  const most = Math.max(...weighed.map(({ footprint }) => Math.max(footprint.pssBytes, footprint.rssBytes ?? 0)));
  const x = scaleLinear([0, most], [left, right]);
  const bottom = 30 + weighed.length * 34;
  const marks = weighed.flatMap(({ method, footprint: { ussBytes, pssBytes, rssBytes } }, at) => {
    const top = 28 + at * 34;
    const bars = [
      ["rss", rssBytes, 22],
      ["pss", pssBytes, 14],
      ["uss", ussBytes, 6],
    ] as const;
    return [
      textElement(left - 10, top + 15, method, { "text-anchor": "end" }),
      ...bars.flatMap(([name, bytes, height]) =>
        bytes === undefined
          ? []
          : [
              element("rect", {
                class: `memory ${name}`,
                x: left,
                y: top + (22 - height) / 2,
                width: Math.max(0, x(bytes) - left),
                height,
              }),
            ],
      ),
      textElement(x(Math.max(pssBytes, rssBytes ?? 0)) + 8, top + 15, formatBytes(pssBytes), { class: "faint" }),
    ];
  });
  const legend = (["uss", "pss", "rss"] as const).map((name, at) => {
    const words = { uss: "USS, its own", pss: "PSS, its fair share", rss: "RSS, as ps shows" };
    const start = left + at * 150;
    return (
      element("rect", { class: `memory ${name}`, x: start, y: 4, width: 12, height: 12 }) +
      textElement(start + 18, 14, words[name])
    );
  });
  return picture(
    { width: 730, height: bottom + 10 },
    {
      title: "Memory of one idle child",
      description: weighed.map(({ method, footprint }) => `${method}: ${formatBytes(footprint.pssBytes)}`).join("; "),
    },
    ...legend,
    ...marks,
  );
}
