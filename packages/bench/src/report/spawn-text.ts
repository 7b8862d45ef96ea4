import { formatBytes } from "../base/byte-size.ts";
import { formatDuration } from "../base/duration.ts";
import { environmentLine } from "../base/environment.ts";
import type { Ballast, SpawnResult, SpawnRow } from "../base/spawn-result.ts";
import { describeUsableCpus } from "../base/usable-cpus.ts";
import { type BirthSummary, summariseBirths } from "../model/birth-summary.ts";
import { bar } from "./bar.ts";
import { warningLines } from "./scaling-text.ts";
import { paint, type Style } from "./style.ts";
import { textTable } from "./text-table.ts";

/** Rows with something to show, the dearest last, with their sums. */
export function summarisedRows(
  rows: readonly SpawnRow[],
): { readonly row: SpawnRow; readonly summary: BirthSummary }[] {
  return rows
    .filter((row) => row.births.length > 0)
    .map((row) => ({ row, summary: summariseBirths(row.births) }))
    .sort((one, two) => one.summary.gone.p50 - two.summary.gone.p50);
}

/** The ballasts of a run, in the order in which they were measured. */
export function ballastsOf(result: SpawnResult): Ballast[] {
  const seen = new Map(result.rows.map(({ ballast }) => [ballastWords(ballast), ballast]));
  return [...seen.values()];
}

/** What the parent held, in words. */
export function ballastWords({ kind, bytes }: Ballast): string {
  const kinds = { heap: "of JS heap", buffer: "in a Buffer", sab: "in a SharedArrayBuffer" };
  return bytes === 0 ? "nothing" : `${formatBytes(bytes)} ${kinds[kind]}`;
}

/** The head of the table, and a row's cells, for terminals, Markdown and HTML alike. */
export const spawnHead = ["method", "blocked", "born", "answer p50", "p90", "gone p50", "p90", "p99", "PSS", "USS"];

/** A row's cells under `spawnHead`. */
export function spawnCells({ row, summary }: { row: SpawnRow; summary: BirthSummary }): string[] {
  const { blocked, born, answered, gone } = summary;
  const memory = (bytes: number | undefined) => (bytes === undefined ? "" : formatBytes(bytes));
  return [
    row.method,
    ...[blocked.p50, born.p50, answered.p50, answered.p90, gone.p50, gone.p90, gone.p99].map((ns) =>
      Number.isNaN(ns) ? "" : formatDuration(ns),
    ),
    memory(row.footprint?.pssBytes),
    memory(row.footprint?.ussBytes),
  ];
}

/** The whole run for a terminal. */
export function spawnText(result: SpawnResult, style: Style): string {
  const lines = [environmentLine(result.context), describeUsableCpus(result.context.cpus), ""];
  for (const ballast of ballastsOf(result)) {
    const rows = summarisedRows(result.rows.filter((row) => ballastWords(row.ballast) === ballastWords(ballast)));
    const most = Math.max(...rows.map(({ summary }) => summary.gone.p50));
    const count = Math.max(0, ...rows.map(({ row }) => row.births.length));
    lines.push(
      `${paint(style, "bold", "one child")}, the parent holding ${ballastWords(ballast)}; up to ${count} of each, in random order`,
    );
    lines.push(
      ...textTable([
        [...spawnHead, ""],
        ...rows.map((entry) => [
          ...spawnCells(entry),
          bar(entry.summary.gone.p50, 0, most, Math.max(10, Math.min(24, style.columns - 110)), style),
        ]),
      ]),
      "",
    );
  }
  lines.push(
    "blocked: until the call returned · born: first instruction in the child · gone: reaped · PSS: growth of the family per child",
  );
  lines.push(...warningLines(result.warnings, style));
  return `${lines.join("\n").trimEnd()}\n`;
}
