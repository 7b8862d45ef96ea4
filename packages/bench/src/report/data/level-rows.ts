import { formatDuration } from "../../base/duration.ts";
import type { LevelResult } from "../../base/scaling-result.ts";
import { factor, percent, range } from "./format-number.ts";

/** The head of the table of levels, for terminals, Markdown and HTML alike. */
export const levelHead = ["workers", "time", "speed-up", "95 % interval", "efficiency", "of native", "Karp–Flatt"];

/** A level's cells under `levelHead`. */
export function levelCells(level: LevelResult): string[] {
  const { workers, oversubscribed, timeNs, speedUp, efficiency, machineEfficiency, karpFlatt } = level;
  return [
    `${workers}${oversubscribed ? " (over)" : ""}`,
    formatDuration(timeNs.value),
    factor(speedUp.value),
    range(speedUp, factor),
    percent(efficiency.value),
    machineEfficiency === undefined ? "n/a" : percent(machineEfficiency.value),
    karpFlatt === undefined ? "" : percent(karpFlatt.value),
  ];
}
