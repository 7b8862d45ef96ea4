import type { ScalingResult } from "../../base/scaling-result.ts";
import { suiteScores } from "../../model/suite-score.ts";
import { factor } from "../data/format-number.ts";
import type { Style } from "./terminal-style.ts";
import { terminalText } from "./terminal-text.ts";

/**
 * The speed-up of all kernels together, one line for each count of workers. Empty for a single kernel.
 *
 * @param withMean whether to add the geometric mean, which is an average of ratios and not a time of any run.
 */
export function suiteText(result: ScalingResult, style: Style, withMean: boolean): string {
  const lines = suiteScores(result).map(({ workers, speedUp, geometricMean }) => {
    const mean = withMean ? `; geometric mean of the speed-ups ${factor(geometricMean)}` : "";
    return `all ${result.kernels.length} kernels, ${workers} ${workers === 1 ? "worker" : "workers"}: speed-up ${factor(speedUp)}, of the summed medians${mean}`;
  });
  return lines.length === 0 ? "" : terminalText(["", ...lines], style);
}
