import type { Cell } from "../base/sample.ts";
import type { KernelRun, LevelResult } from "../base/scaling-result.ts";
import type { Warning } from "../base/warning.ts";
import { median } from "./median.ts";
import { halfWidth } from "./ratio.ts";

/** Everything about a kernel's samples that weakens its numbers. */
export function doubtsOfKernel(
  run: KernelRun,
  cells: readonly Cell[],
  levels: readonly LevelResult[],
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
      `Only ${run.rounds} rounds: below 6 there is no 95 % interval; give it more time with --max-time`,
    );
  }
  const within = levels.filter((level) => !level.oversubscribed);
  const widest = Math.max(...within.map((level) => halfWidth(level.speedUp)));
  if (run.rounds >= 6 && widest > targetError) {
    doubt(
      "not-converged",
      "caution",
      `Intervals are ±${percent(widest)}, aimed at ±${percent(targetError)}: the machine was noisy or the time too short`,
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
  for (const cell of cells) {
    if (cell.role !== "pool" || cell.oversubscribed || cell.samples.length === 0) continue;
    const waiting = median(cell.samples.map((sample) => sum(sample.waitNs) / sum(sample.busyNs)));
    if (waiting > 0.05) {
      doubt(
        "disturbed",
        "caution",
        `${cell.id}: workers waited for a CPU ${percent(waiting)} of their time: the machine was busy with something else`,
      );
    }
    const skew = median(cell.samples.map((sample) => sample.skewNs / sample.spanNs));
    if (skew > 0.01)
      doubt("skew", "note", `${cell.id}: the last worker began ${percent(skew)} of the span after the first`);
  }
  return doubts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)} %`;
}
