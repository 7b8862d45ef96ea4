import type { Cell } from "../base/sample.ts";
import type { KernelRun } from "../base/scaling-result.ts";
import type { Warning } from "../base/warning.ts";
import type { Analysis } from "./analyse.ts";
import { type Disturbance, disturbancesOf } from "./disturbance.ts";
import { median } from "./median.ts";
import { halfWidth } from "./ratio.ts";
import { isCorrelated, modality } from "./speed-up-series.ts";

/** Everything about a kernel's samples that weakens its numbers. */
export function doubtsOfKernel(
  run: KernelRun,
  cells: readonly Cell[],
  { levels, result }: Analysis,
  targetError: number,
): Warning[] {
  const doubts: Warning[] = [];
  const doubt = (code: string, severity: Warning["severity"], text: string) =>
    doubts.push({ code, severity, text, subject: run.id });
  if (run.wrong !== undefined) {
    doubt("wrong-answer", "invalid", `Wrong answer: ${run.wrong}; all rows of this kernel are void`);
    return doubts;
  }
  if (run.rounds < 6) {
    doubt(
      "few-rounds",
      "invalid",
      `Only ${run.rounds} ${run.rounds === 1 ? "round" : "rounds"}: below 6 there is no 95 % interval; give it more time with --max-time`,
    );
  }
  const within = levels.filter((level) => !level.oversubscribed);
  const widest = Math.max(...within.map((level) => halfWidth(level.speedUp)));
  if (run.rounds >= 6 && widest > targetError) {
    doubt(
      "not-converged",
      "caution",
      `Intervals are ±${percent(widest)}, aimed at ±${percent(targetError)}: the machine was noisy or the time too short; as noisy as this, about ${Math.ceil(run.rounds * (widest / targetError) ** 2)} rounds would do`,
    );
  }
  const { withinLaunches = 0, betweenLaunches = 0 } = result?.variation ?? {};
  if (betweenLaunches > Math.max(targetError, 2 * withinLaunches)) {
    doubt(
      "launches-differ",
      "caution",
      `Launches differ by ${percent(betweenLaunches)}, rounds within one by ${percent(withinLaunches)}: isolates came out differently; more launches tell more`,
    );
  }
  if (run.warmUps.some((warmUp) => !warmUp.steady)) {
    doubt("not-steady", "caution", "An isolate had not reached a steady speed when its warm-up ended");
  }
  for (const level of within) {
    if (level.speedUp.low > 1.05 * level.workers) {
      doubt(
        "superlinear",
        "caution",
        `Speed-up above ${level.workers} with ${level.workers} workers: a cache effect, or a slow baseline`,
      );
    }
  }
  const disturbed = disturbancesOf(cells);
  if (disturbed.length > 0) {
    const [worst] = disturbed as [Disturbance];
    doubt(
      "disturbed",
      "caution",
      `${disturbed.length} of ${run.rounds} rounds were disturbed, the worst by ${worst.what} (${percent(worst.share)} of the workers' time, ${worst.cell}): something else was busy; they are kept`,
    );
  }
  for (const cell of cells) {
    if (cell.role !== "pool" || cell.oversubscribed || cell.samples.length === 0) continue;
    const skew = median(cell.samples.map((sample) => sample.skewNs / sample.spanNs));
    if (skew > 0.01)
      doubt("skew", "note", `${cell.id}: the last worker began ${percent(skew)} of the span after the first`);
  }
  const serial = cells.find((cell) => cell.role === "serial")?.samples ?? [];
  for (const cell of cells.filter((candidate) => candidate.role === "pool" && !candidate.oversubscribed)) {
    const ratios = cell.samples.map((sample, at) => Math.log((serial[at]?.spanNs ?? Number.NaN) / sample.spanNs));
    if (isCorrelated(ratios)) {
      doubt(
        "correlated",
        "caution",
        `${cell.id}: rounds resemble the ones before them, so intervals may be too narrow; bands draw three rounds together`,
      );
    }
    if (cell.samples.length >= 20 && modality(cell.samples.map((sample) => sample.spanNs)) > 2.8)
      doubt("multimodal", "note", `${cell.id}: times fall into several groups; a median between them is nobody's time`);
  }
  return doubts;
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)} %`;
}
