import type { Cell } from "../base/sample.ts";
import type { KernelRun } from "../base/scaling-result.ts";
import type { Warning } from "../base/warning.ts";
import type { Analysis } from "./analyse.ts";
import { type Disturbance, disturbancesOf } from "./disturbance.ts";
import { median } from "./statistic/median.ts";
import { halfWidth } from "./statistic/ratio.ts";
import { isCorrelated, modality } from "./statistic/series-statistics.ts";
import { twoDigits } from "./two-digits.ts";

/** Warnings about properties of a kernel's samples that make its numbers less reliable. */
export function kernelWarnings(
  run: KernelRun,
  cells: readonly Cell[],
  { levels, result }: Analysis,
  targetError: number,
): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, severity: Warning["severity"], text: string, cell?: string) =>
    warnings.push({ code, severity, text, subject: run.id, ...(cell === undefined ? {} : { cell }) });
  if (run.wrong !== undefined) {
    warn("wrong-answer", "invalid", `Wrong answer: ${run.wrong}; all rows of this kernel are void`);
    return warnings;
  }
  if (run.rounds < 6) {
    warn(
      "few-rounds",
      "invalid",
      `Only ${run.rounds} ${run.rounds === 1 ? "round" : "rounds"}: below 6 there is no 95 % interval; allow more time with --max-time`,
    );
  }
  const within = levels.filter((level) => !level.oversubscribed);
  const widest = Math.max(...within.map((level) => halfWidth(level.speedUp)));
  if (run.rounds >= 6 && widest > targetError) {
    warn(
      "not-converged",
      "caution",
      `Intervals are ±${percent(widest)}, the target is ±${percent(targetError)}: the machine was noisy or the time too short; with this noise, about ${Math.ceil(run.rounds * (widest / targetError) ** 2)} rounds suffice`,
    );
  }
  const { withinLaunches = 0, betweenLaunches = 0 } = result?.variation ?? {};
  if (betweenLaunches > Math.max(targetError, 2 * withinLaunches)) {
    warn(
      "launches-differ",
      "caution",
      `Launches differ by ${percent(betweenLaunches)}, rounds within a launch by ${percent(withinLaunches)}: isolates differ in compiled code or memory layout; use more launches`,
    );
  }
  if (run.warmUps.some((warmUp) => !warmUp.steady)) {
    warn("not-steady", "caution", "An isolate had not reached a steady speed when its warm-up ended");
  }
  for (const level of within) {
    if (level.speedUp.low > 1.05 * level.workers) {
      warn(
        "superlinear",
        "caution",
        `Speed-up above ${level.workers} with ${level.workers} workers: a cache effect, or a slow baseline`,
        `${run.id}/pool/${level.workers}`,
      );
    }
  }
  const disturbed = disturbancesOf(cells);
  if (disturbed.length > 0) {
    const [worst] = disturbed as [Disturbance];
    warn(
      "disturbed",
      "caution",
      `${disturbed.length} of ${run.rounds} rounds were disturbed, the worst by ${worst.what} (${percent(worst.share)} of the workers' time, ${worst.cell}): other programs were busy; the rounds are kept`,
    );
  }
  for (const cell of cells) {
    if (cell.role !== "pool" || cell.oversubscribed || cell.samples.length === 0) continue;
    const skew = median(cell.samples.map((sample) => sample.skewNs / sample.spanNs));
    if (skew > 0.01)
      warn("skew", "note", `${cell.id}: the last worker started ${percent(skew)} of the span after the first`, cell.id);
  }
  const serial = cells.find((cell) => cell.role === "serial")?.samples ?? [];
  for (const cell of cells.filter((candidate) => candidate.role === "pool" && !candidate.oversubscribed)) {
    const ratios = cell.samples.map((sample, at) => Math.log((serial[at]?.spanNs ?? Number.NaN) / sample.spanNs));
    if (isCorrelated(ratios)) {
      warn(
        "correlated",
        "caution",
        `${cell.id}: consecutive rounds are correlated, so intervals may be too narrow; the fits resample blocks of three rounds`,
        cell.id,
      );
    }
    if (cell.samples.length >= 20 && modality(cell.samples.map((sample) => sample.spanNs)) > 2.8)
      warn(
        "multimodal",
        "note",
        `${cell.id}: the times form several groups; a median between groups is no typical time`,
        cell.id,
      );
  }
  return warnings;
}

function percent(share: number): string {
  return `${twoDigits(share * 100)} %`;
}
