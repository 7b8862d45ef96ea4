import type { ScalingResult } from "../base/scaling-result.ts";

/** The speed-up of all kernels of a run together, at one number of workers. */
export interface SuiteScore {
  readonly workers: number;
  /**
   * The sum of the serial medians over the sum of the pool's: the speed-up of a program that runs all kernels in
   * turn.
   */
  readonly speedUp: number;
  /** The geometric mean of the kernels' speed-ups, in which each kernel has the same weight. */
  readonly geometricMean: number;
}

/**
 * The scores of each number of workers that every kernel has. Empty for a single kernel, and when one has no levels.
 */
export function suiteScores({ kernels, levels, results, design }: ScalingResult): SuiteScore[] {
  if (kernels.length < 2) return [];
  const within = levels.filter((level) => !level.oversubscribed);
  return [...new Set(within.map(({ workers }) => workers))].flatMap((workers) => {
    const own = within.filter((level) => level.workers === workers);
    if (own.length < kernels.length) return [];
    const growth = design.mode === "weak" ? workers : 1;
    const serialNs = results.reduce((sum, result) => sum + result.serialNs.value, 0);
    const poolNs = own.reduce((sum, level) => sum + level.timeNs.value, 0);
    const logs = own.map(({ speedUp }) => Math.log(speedUp.value));
    const geometricMean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / own.length);
    return [{ workers, speedUp: (growth * serialNs) / poolNs, geometricMean }];
  });
}
