import { formatDuration } from "../../base/duration.ts";
import type { LevelResult } from "../../base/scaling-result.ts";
import { factor, percent, range } from "./format-number.ts";

/** The head of the table of levels, for terminals, Markdown and HTML alike. */
export const levelHead = ["workers", "time", "speed-up", "95 % interval", "of ideal", "of machine", "Karp–Flatt"];

/** A level's cells under `levelHead`. */
export function levelCells(level: LevelResult): string[] {
  const { workers, oversubscribed, timeNs, speedUp, machineEfficiency, karpFlatt } = level;
  return [
    `${workers}${oversubscribed ? " (over)" : ""}`,
    formatDuration(timeNs.value),
    factor(speedUp.ofMedians),
    range(speedUp, factor),
    percent(speedUp.ofMedians / workers),
    machineEfficiency === undefined ? "n/a" : percent(machineEfficiency.value),
    karpFlatt === undefined ? "" : percent(karpFlatt.value),
  ];
}
