import { scaleLinear } from "d3-scale";
import { formatBytes } from "../../base/byte-size.ts";
import type { SpawnRow } from "../../base/spawn-result.ts";
import { legend } from "../svg/legend.ts";
import { picture } from "../svg/picture.ts";
import { shorten } from "../svg/plot-series.ts";
import { element, hint, textElement } from "../svg/svg.ts";

const left = 190;
const right = 520;
const words = { uss: "USS, its own", pss: "PSS, its fair share", rss: "RSS, as ps shows" } as const;

/** What one idle child costs: its own pages, its fair share, and what `ps` would show. */
export function memoryPicture(rows: readonly SpawnRow[]): string {
  const weighed = rows.flatMap((row) =>
    row.footprint === undefined ? [] : [{ method: row.method, footprint: row.footprint }],
  );
  if (weighed.length === 0) return "";
  const most = Math.max(...weighed.map(({ footprint }) => Math.max(footprint.pssBytes, footprint.rssBytes ?? 0)));
  const x = scaleLinear([0, most], [left, right]);
  const names = legend(
    (["uss", "pss", "rss"] as const).map((name) => ({ class: `memory ${name}`, name: words[name], sign: "area" })),
    16,
    590,
  );
  const begin = names.height + 24;
  const bottom = begin + weighed.length * 34;
  const step = 2 ** Math.ceil(Math.log2(most / 5));
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step).flatMap((tick) => [
    element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: begin - 6, y2: bottom }),
    textElement(x(tick), bottom + 16, tick === 0 ? "0" : formatBytes(tick), { "text-anchor": "middle" }),
  ]);
  const marks = weighed.flatMap(({ method, footprint: { ussBytes, pssBytes, rssBytes } }, at) => {
    const top = begin + at * 34;
    const bars = [
      ["rss", rssBytes, 22],
      ["pss", pssBytes, 14],
      ["uss", ussBytes, 6],
    ] as const;
    return [
      textElement(left - 10, top + 15, shorten(method), { "text-anchor": "end" }),
      ...bars.flatMap(([name, bytes, height]) =>
        bytes === undefined
          ? []
          : [
              element(
                "rect",
                {
                  class: `memory ${name}`,
                  ...{ x: left, y: top + (22 - height) / 2, width: Math.max(0, x(bytes) - left), height },
                },
                hint(`${method}, ${words[name]}: ${formatBytes(bytes)}`),
              ),
            ],
      ),
      textElement(x(Math.max(0, pssBytes)) + 6, top + 15, formatBytes(pssBytes), { class: "value" }),
    ];
  });
  return picture(
    { width: 600, height: bottom + 46 },
    {
      title: "Memory of one idle child",
      description: weighed.map(({ method, footprint }) => `${method}: ${formatBytes(footprint.pssBytes)}`).join("; "),
    },
    names.drawing,
    ...ticks,
    ...marks,
    textElement((left + right) / 2, bottom + 38, "memory of one child; the figure is its PSS", {
      class: "label",
      "text-anchor": "middle",
    }),
  );
}
