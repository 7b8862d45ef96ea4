import { isKnown } from "../../base/interval.ts";
import type { LevelResult } from "../../base/scaling-result.ts";
import { factor } from "../data/format-number.ts";
import type { Style } from "./terminal-style.ts";
import { Canvas } from "./text-canvas.ts";

const rows = 8;
const labelWidth = 7;

/** Speed-up over workers for a terminal: the ideal as a dotted line, intervals as lines, medians as marks. */
export function speedUpPlot(levels: readonly LevelResult[], usable: number, style: Style): string[] {
  if (levels.length < 3) return [];
  const columns = Math.max(20, Math.min(56, style.columns - labelWidth - 4));
  const most = Math.max(...levels.map((level) => level.workers));
  const top = Math.max(Math.min(most, usable), ...levels.map((level) => level.speedUp.value)) * 1.05;
  const x = (workers: number) => (0.5 + (workers - 1) * ((columns - 1) / Math.max(1, most - 1))) / columns;
  const y = (value: number) => Math.min(1, value / top);
  const canvas = new Canvas(columns, rows, style);
  const end = Math.min(most, usable);
  canvas.line(x(1), y(1), x(end), y(end));
  for (const { workers, speedUp, oversubscribed } of levels) {
    if (isKnown(speedUp)) canvas.line(x(workers), y(speedUp.low), x(workers), y(speedUp.high));
    const full = style.unicode ? "●" : "*";
    const hollow = style.unicode ? "○" : "o";
    canvas.mark(x(workers), y(speedUp.value), oversubscribed ? hollow : full);
  }
  const labels = canvas.lines().map((line, row) => {
    const value = row === 0 ? factor(top) : row === rows - 1 ? "0" : "";
    return `${value.padStart(labelWidth)} ${style.unicode ? "│" : "|"}${line}`;
  });
  const axis = new Array<string>(columns + 4).fill(" ");
  for (const { workers } of levels)
    [...String(workers)].forEach((digit, at) => {
      axis[Math.floor(x(workers) * columns) + at] = digit;
    });
  return [...labels, `${" ".repeat(labelWidth + 2)}${axis.join("").trimEnd()} workers`];
}
