import type { SpawnRow } from "../base/spawn-result.ts";
import { summariseBirths } from "../model/birth-summary.ts";
import { median } from "../model/median.ts";
import type { Line } from "./lines-picture.ts";

const kinds = { buffer: "Buffer", heap: "JS heap", sab: "shared" } as const;

/**
 * How long a call blocks over what the parent holds: a line a method and kind of memory, of those that were measured with
 * more than nothing. C and Python hold plain memory, whatever kind the others do; with a single kind nobody need name it.
 */
export function ballastLines(rows: readonly SpawnRow[]): Line[] {
  const measured = rows
    .filter((row) => row.births.length > 0)
    .map((row) => ({ ...row, ns: summariseBirths(row.births).blocked.p50 }));
  const several =
    new Set(measured.filter(({ ballast }) => ballast.bytes > 0).map(({ ballast }) => ballast.kind)).size > 1;
  const lines = new Map<string, Line>();
  for (const { method, family, ballast } of measured) {
    if (ballast.bytes === 0) continue;
    const foreign = isForeign(family);
    const name = foreign || !several ? method : `${method}, ${kinds[ballast.kind]}`;
    const points = measured
      .filter((row) => row.method === method && (row.ballast.bytes === 0 || row.ballast.kind === ballast.kind))
      .map((row) => ({ at: row.ballast.bytes, ns: row.ns }))
      .sort((one, two) => one.at - two.at);
    if (!lines.has(name)) lines.set(name, { name, foreign, points });
  }
  return [...lines.values()];
}

/** How long the next child takes over how many idle ones are alive, a line a method, in medians. */
export function crowdLines(rows: readonly SpawnRow[]): Line[] {
  return rows.flatMap(({ method, family, growth }) => {
    const births = growth?.births ?? [];
    const counts = [...new Set(births.map(({ alive }) => alive))].sort((a, b) => a - b);
    const points = counts.map((at) => ({
      at,
      ns: median(births.filter(({ alive }) => alive === at).map(({ goneNs }) => goneNs)),
    }));
    return points.length === 0 ? [] : [{ name: method, foreign: isForeign(family), points }];
  });
}

function isForeign(family: SpawnRow["family"]): boolean {
  return family === "native" || family === "python";
}
