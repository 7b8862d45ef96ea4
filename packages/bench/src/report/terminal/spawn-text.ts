import { environmentLine } from "../../base/environment.ts";
import type { SpawnResult } from "../../base/spawn-result.ts";
import { describeUsableCpus } from "../../base/usable-cpus.ts";
import {
  ballastsOf,
  ballastWords,
  crowdRows,
  parentWords,
  spawnCells,
  spawnFinding,
  spawnHead,
  summarisedRows,
} from "../data/spawn-rows.ts";
import { choiceRows } from "../data/start-method-figures.ts";
import { type Strip, stripPlot } from "./strip-plot.ts";
import { paint, type Style } from "./terminal-style.ts";
import { terminalText } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";
import { headline, warningLines } from "./warning-lines.ts";

/**
 * Draws a row for each launcher: when the call returned, when half of the children had exited, and when nine in ten
 * had.
 */
function lifePlot(rows: ReturnType<typeof summarisedRows>, style: Style): string[] {
  const [free, half, most] = style.unicode ? ["├", "●", "┤"] : ["[", "*", "]"];
  const strips = rows.map(({ row, summary: { blocked, gone } }): Strip => {
    const marks = [
      { ns: blocked.p50, sign: free },
      { ns: gone.p90, sign: most },
      { ns: gone.p50, sign: half },
    ];
    return { name: row.method, marks };
  });
  return [
    ...stripPlot(strips, style),
    `  ${free} the call returned  ${half} half have exited  ${most} nine in ten have exited`,
  ];
}

/** The whole run for a terminal. */
export function spawnText(result: SpawnResult, style: Style): string {
  const lines = [environmentLine(result.context), describeUsableCpus(result.context.cpus), ""];
  lines.push(...headline(result, spawnFinding(result), style));
  for (const ballast of ballastsOf(result)) {
    const rows = summarisedRows(result.rows.filter((row) => ballastWords(row.ballast) === ballastWords(ballast)));
    const count = Math.max(0, ...rows.map(({ row }) => row.starts.length));
    lines.push(
      `${paint(style, "bold", "one child")}, the parent holding ${ballastWords(ballast)}; up to ${count} of each, in random order`,
      ...[parentWords(result, ballast)].filter((words) => words !== ""),
    );
    lines.push(...textTable([spawnHead, ...rows.map(spawnCells)], style.columns), "", ...lifePlot(rows, style), "");
  }
  lines.push(
    "blocked: until the call returned · started: first instruction in the child · gone: reaped · medians unless a percentile is named",
  );
  const choice = choiceRows(result);
  if (choice.length > 2) lines.push("", paint(style, "bold", "which to choose"), ...textTable(choice, style.columns));
  if (result.parents.every(({ ballast }) => ballast.bytes === 0))
    lines.push("how it grows with the parent's memory: --ballast 0,256M --ballast-kind heap,buffer,sab");
  const crowd = crowdRows(result.rows);
  if (crowd.length > 0) {
    lines.push(
      "",
      `${paint(style, "bold", "many children")}: time per child when all start at once, time that each idle child adds to the next start, and memory`,
      ...textTable(crowd, style.columns),
      "PSS: growth of the process tree's memory per child · USS: pages that only the child maps · RSS: resident set, as ps shows it",
    );
  }
  lines.push(...warningLines(result.warnings, style));
  return terminalText(lines, style);
}
