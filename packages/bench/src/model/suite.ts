import type { ScalingResult } from "../base/scaling-result.ts";

/** What all kernels of a run together say about one count of workers. */
export interface SuiteScore {
  readonly workers: number;
  /** The sum of the serial medians over that of the pool's: what a program has that does one kernel after the other. */
  readonly speedUp: number;
  /** The geometric mean of the kernels' speed-ups, in which each kernel weighs the same however long it takes. */
  readonly geometricMean: number;
}

/** The scores of each count of workers that every kernel has; empty for a single kernel, and where some kernel is void. */
export function suiteScores({ kernels, levels, results, design }: ScalingResult): SuiteScore[] {
  if (kernels.length < 2) return [];
  const within = levels.filter((level) => !level.oversubscribed);
  return [...new Set(within.map(({ workers }) => workers))].flatMap((workers) => {
    const own = within.filter((level) => level.workers === workers);
    if (own.length < kernels.length) return [];
    const growth = design.mode === "weak" ? workers : 1;
    const serialNs = results.reduce((sum, result) => sum + result.serialNs.value, 0);
    const poolNs = own.reduce((sum, level) => sum + level.timeNs.value, 0);
    const logs = own.map(({ speedUp }) => Math.log(speedUp.ofMedians));
    const geometricMean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / own.length);
    return [{ workers, speedUp: (growth * serialNs) / poolNs, geometricMean }];
  });
}
