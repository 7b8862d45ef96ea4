import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration } from "../../base/duration.ts";
import type { Ballast, SpawnResult, SpawnRow } from "../../base/spawn-result.ts";
import { median } from "../../model/median.ts";
import { type BirthSummary, summariseBirths } from "../../model/start-summary.ts";

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

/** The answer in one sentence: what a child costs by each way from Node, the parent holding as little as it did. */
export function spawnFinding(result: SpawnResult): string {
  const [first] = ballastsOf(result);
  const rows = result.rows.filter((row) => first !== undefined && ballastWords(row.ballast) === ballastWords(first));
  const best = summarisedRows(rows).filter(({ row }) => row.family === "manyhands" || row.family === "node");
  const words = best.slice(0, 6).map(({ row, summary }) => `${row.method} ${formatDuration(summary.gone.p50)}`);
  return words.length === 0 ? "Nothing was measured." : `From call to gone, medians: ${words.join(", ")}.`;
}

/** The head of the table, and a row's cells, for terminals, Markdown and HTML alike. */
export const spawnHead = ["method", "blocked", "born", "answer", "gone p50", "p90", "p99"];

/** A row's cells under `spawnHead`. */
export function spawnCells({ row, summary }: { row: SpawnRow; summary: BirthSummary }): string[] {
  const { blocked, born, answered, gone } = summary;
  return [
    row.method,
    ...[blocked.p50, born.p50, answered.p50, gone.p50, gone.p90, gone.p99].map((ns) =>
      Number.isNaN(ns) ? "" : formatDuration(ns),
    ),
  ];
}

/** What many children cost, for terminals, Markdown and HTML alike: a head and a row a method; empty when none were made. */
export function crowdRows(rows: readonly SpawnRow[]): string[][] {
  const memory = (bytes: number | undefined) => (bytes === undefined ? "" : formatBytes(bytes));
  const own = rows.flatMap(({ method, footprint, growth, burst }) => {
    if (growth === undefined || burst === undefined) return [];
    return [
      [
        method,
        formatDuration(median(burst.spansNs) / burst.children),
        formatDuration(growth.nsPerChild),
        ...[footprint?.pssBytes, footprint?.ussBytes, footprint?.rssBytes].map(memory),
      ],
    ];
  });
  const children = rows.find((row) => row.burst !== undefined)?.burst?.children;
  return own.length === 0 ? [] : [["method", `${children} at once`, "a live one adds", "PSS", "USS", "RSS"], ...own];
}

/** What a fork of the parent has to deal with, in words; empty where the system does not tell. */
export function parentWords({ parents }: SpawnResult, ballast: Ballast): string {
  const own = parents.find((parent) => ballastWords(parent.ballast) === ballastWords(ballast));
  if (own === undefined) return "";
  const { rssBytes, pageTableBytes, forkedBytes } = own;
  return `parent: ${formatBytes(rssBytes)} resident; a fork copies ${formatBytes(pageTableBytes)} of page tables and shares ${formatBytes(forkedBytes)}`;
}
