import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration } from "../../base/duration.ts";
import type { Ballast, SpawnResult, SpawnRow } from "../../base/spawn-result.ts";
import { type StartSummary, summariseStarts } from "../../model/start-summary.ts";
import { median } from "../../model/statistic/median.ts";
import { doubted, type TableCell, timeDoubt } from "./doubt.ts";
import { range } from "./format-number.ts";
import { forkSentence } from "./start-method-figures.ts";

/** Rows that have samples, with their summaries, the slowest last. */
export function summarisedRows(
  rows: readonly SpawnRow[],
): { readonly row: SpawnRow; readonly summary: StartSummary }[] {
  return rows
    .filter((row) => row.starts.length > 0)
    .map((row) => ({ row, summary: summariseStarts(row.starts) }))
    .sort((one, two) => one.summary.gone.p50 - two.summary.gone.p50);
}

/** The ballasts of a run, in the order in which they were measured. */
export function ballastsOf(result: SpawnResult): Ballast[] {
  const seen = new Map(result.rows.map(({ ballast }) => [ballastWords(ballast), ballast]));
  return [...seen.values()];
}

/** Describes the memory that the parent held. */
export function ballastWords({ kind, bytes }: Ballast): string {
  const kinds = { heap: "of JS heap", buffer: "in a Buffer", sab: "in a SharedArrayBuffer" };
  return bytes === 0 ? "nothing" : `${formatBytes(bytes)} ${kinds[kind]}`;
}

/** The result in one sentence: the cost of a child by each launcher of Node, with the smallest ballast. */
export function spawnFinding(result: SpawnResult): string {
  const [first] = ballastsOf(result);
  const rows = result.rows.filter((row) => first !== undefined && ballastWords(row.ballast) === ballastWords(first));
  const best = summarisedRows(rows).filter(({ row }) => row.family === "manyhands" || row.family === "node");
  const words = best.slice(0, 6).map(({ row, summary }) => `${row.method} ${formatDuration(summary.gone.p50)}`);
  if (words.length === 0) return "Nothing was measured.";
  return [forkSentence(result), `From call to gone, medians: ${words.join(", ")}.`]
    .filter((part) => part !== "")
    .join(" ");
}

/** The head of the table, and a row's cells, for terminals, Markdown and HTML alike. */
export const spawnHead = ["method", "blocked", "started", "answer", "gone", "95 % interval", "p90", "slowest"];

/** A row's cells under `spawnHead`. */
export function spawnCells({ row, summary }: { row: SpawnRow; summary: StartSummary }): TableCell[] {
  const { blocked, started, answered, gone } = summary;
  const time = (ns: number) => (Number.isNaN(ns) ? "" : formatDuration(ns));
  const interval = { value: gone.p50, low: gone.low, high: gone.high };
  return [
    row.method,
    ...[blocked.p50, started.p50, answered.p50].map(time),
    doubted(time(gone.p50), timeDoubt(interval)),
    range(interval, formatDuration),
    ...[gone.p90, gone.max].map(time),
  ];
}

/** The cost of many children, for all formats: a head and one row a launcher. Empty when none were measured. */
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

/** Describes the memory of the parent that a fork copies or shares. Empty where the system does not report it. */
export function parentWords({ parents }: SpawnResult, ballast: Ballast): string {
  const own = parents.find((parent) => ballastWords(parent.ballast) === ballastWords(ballast));
  if (own === undefined) return "";
  const { rssBytes, pageTableBytes, forkedBytes } = own;
  return `parent: ${formatBytes(rssBytes)} resident; a fork copies ${formatBytes(pageTableBytes)} of page tables and shares ${formatBytes(forkedBytes)}`;
}
