import type { Ballast, SpawnRow } from "../../base/spawn-result.ts";
import { summariseStarts } from "../../model/start-summary.ts";
import { median } from "../../model/statistic/median.ts";
import type { Line } from "./lines-picture.ts";

/**
 * How long a call blocks over the parent's ballast of one kind, a line for each launcher that was measured with
 * ballast.
 */
export function ballastLines(rows: readonly SpawnRow[], kind: Ballast["kind"]): Line[] {
  const own = rows.filter(({ starts, ballast }) => starts.length > 0 && (ballast.bytes === 0 || ballast.kind === kind));
  return [...new Set(own.map(({ method }) => method))].flatMap((name) => {
    const same = own.filter(({ method }) => method === name);
    const points = same
      .map(({ starts, ballast }) => ({ at: ballast.bytes, ns: summariseStarts(starts).blocked.p50 }))
      .sort((one, two) => one.at - two.at);
    const foreign = same.some(({ family }) => isForeign(family));
    return points.some(({ at }) => at > 0) ? [{ name, foreign, points }] : [];
  });
}

/** The median time of the next child over the number of live idle children, a line for each launcher. */
export function crowdLines(rows: readonly SpawnRow[]): Line[] {
  return rows.flatMap(({ method, family, growth }) => {
    const starts = growth?.starts ?? [];
    const counts = [...new Set(starts.map(({ alive }) => alive))].sort((a, b) => a - b);
    const points = counts.map((at) => ({
      at,
      ns: median(starts.filter(({ alive }) => alive === at).map(({ goneNs }) => goneNs)),
    }));
    return points.length === 0 ? [] : [{ name: method, foreign: isForeign(family), points }];
  });
}

function isForeign(family: SpawnRow["family"]): boolean {
  return family === "native" || family === "python";
}
