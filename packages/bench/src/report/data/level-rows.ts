import { formatDuration } from "../../base/duration.ts";
import type { LevelResult, ScalingResult } from "../../base/scaling-result.ts";
import { doubted, levelDoubt, type TableCell } from "./doubt.ts";
import { isBeyondNative } from "./finding.ts";
import { factor, percent, range } from "./format-number.ts";

const beyondNative = {
  severity: "invalid",
  text: "More than native threads reach, which are the upper bound: noise, not measurable here",
} as const;

/** The head of the table of levels, for terminals, Markdown and HTML alike. */
export const levelHead = ["workers", "time", "speed-up", "95 % interval", "efficiency", "of native", "Karp–Flatt"];

/** A level's cells under `levelHead`. */
export function levelCells(level: LevelResult, { warnings, design }: ScalingResult): TableCell[] {
  const { workers, oversubscribed, timeNs, speedUp, efficiency, machineEfficiency, karpFlatt } = level;
  const doubt = levelDoubt(level, { warnings, targetError: design.targetError });
  return [
    `${workers}${oversubscribed ? " (over)" : ""}`,
    formatDuration(timeNs.value),
    doubted(factor(speedUp.value), doubt),
    range(speedUp, factor),
    doubted(percent(efficiency.value), doubt),
    machineEfficiency === undefined
      ? "n/a"
      : doubted(percent(machineEfficiency.value), isBeyondNative(level) ? beyondNative : doubt),
    karpFlatt === undefined ? "" : doubted(percent(karpFlatt.value), doubt),
  ];
}
