import type { Row } from "./watched.ts";

/** What of a row is shown, from the left; numbers stand at the right of their columns. */
const columns: readonly [head: string, cell: (row: Shown) => string, isNumber: boolean][] = [
  ["PID", (row) => String(row.pid), true],
  ["TID", (row) => (row.threadId === 0 ? "-" : String(row.threadId)), true],
  ["PPID", (row) => String(row.parentPid), true],
  ["METHOD", (row) => row.startMethod ?? "-", false],
  ["STATE", (row) => row.state, false],
  ["CPU%", (row) => (row.cpuShare === undefined ? "-" : (row.cpuShare * 100).toFixed(0)), true],
  [
    "CPU s",
    (row) => (row.cpuUserMs === null ? "-" : ((row.cpuUserMs + (row.cpuSystemMs ?? 0)) / 1000).toFixed(2)),
    true,
  ],
  ["RSS MB", (row) => megabytes(row.residentBytes), true],
  ["HEAP MB", (row) => megabytes(row.heapUsedBytes), true],
  ["NAME", (row) => row.name + (row.exitCode === null ? "" : ` (exit code ${row.exitCode})`), false],
];

/** A row, and what share of a processor it took lately, 0…1 for each thread that it has; left out when not known. */
export type Shown = Row & { readonly cpuShare?: number };

/**
 * Draws rows as a table that fits a terminal.
 *
 * @param width columns of text; what is longer is cut. Default: no limit.
 */
export function drawRows(rows: readonly Shown[], width = Number.POSITIVE_INFINITY): string[] {
  const table = [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, cell]) => printable(cell(row))))];
  const widths = columns.map((_, i) => Math.max(...table.map((cells) => (cells[i] as string).length)));
  return table.map((cells) => {
    const line = cells.map((cell, i) =>
      columns[i]?.[2] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number),
    );
    return line.join("  ").trimEnd().slice(0, width);
  });
}

/** Puts to each row what share of a processor it took since an earlier look. */
export function withShares(rows: readonly Row[], earlier: readonly Row[], elapsedMs: number): Shown[] {
  const taken = (row: Row) => (row.cpuUserMs ?? 0) + (row.cpuSystemMs ?? 0);
  return rows.map((row) => {
    const before = earlier.find((each) => each.pid === row.pid && each.threadId === row.threadId);
    if (before === undefined || row.cpuUserMs === null || before.cpuUserMs === null || elapsedMs <= 0) return row;
    return { ...row, cpuShare: Math.max(0, (taken(row) - taken(before)) / elapsedMs) };
  });
}

function megabytes(bytes: number | null): string {
  return bytes === null ? "-" : (bytes / 1e6).toFixed(0);
}

// A name is a program's to choose; it must not command the terminal.
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
