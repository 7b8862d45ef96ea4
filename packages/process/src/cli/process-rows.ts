import { cutTo, padTo, printable, widthOf } from "../command/text-width.ts";
import type { ProcessRow } from "./watched-program.ts";

interface Column {
  readonly head: string;
  cell(row: ShownRow): string;
  readonly isNumber: boolean;
  /** Columns with the highest number are omitted first when the terminal is too narrow; those with 0 never. */
  readonly dropOrder: number;
}

/** The columns from left to right. Numbers are aligned right. */
const columns: readonly Column[] = [
  number("PID", 0, (row) => String(row.pid ?? "-")),
  number("TID", 4, (row) => (row.threadId === 0 ? "-" : String(row.threadId))),
  number("PPID", 9, (row) => String(row.parentPid)),
  text("METHOD", 6, (row) => row.startMethod ?? "-"),
  text("STATE", 2, (row) => row.state),
  number("CPU%", 1, (row) => (row.cpuShare === undefined ? "-" : (row.cpuShare * 100).toFixed(0))),
  number("CPU s", 7, (row) => (row.cpuUserMs === null ? "-" : seconds(row.cpuUserMs + (row.cpuSystemMs ?? 0)))),
  number("RSS MB", 3, (row) => megabytes(row.residentBytes)),
  number("HEAP MB", 8, (row) => megabytes(row.heapUsedBytes)),
  number("QUEUED", 5, (row) => String(row.queuedItems ?? "-")),
  number("TASKS", 5, (row) => String(row.tasks ?? "-")),
  text("NAME", 0, (row) => row.name + (row.exitCode === null ? "" : ` (exit code ${row.exitCode})`)),
];

/** The least width of the name: another column is omitted rather than a name cut below it. */
const nameWidth = 12;

/** A row with its share of processor time since the last update, 0…1 for each of its threads; absent when not known. */
export type ShownRow = ProcessRow & { readonly cpuShare?: number };

/**
 * Draws rows as a table that fits a terminal: omits less important columns, then cuts names.
 *
 * @param width the width of the terminal. Default: no limit.
 */
export function drawRows(rows: readonly ShownRow[], width = Number.POSITIVE_INFINITY): string[] {
  let drawn = columns.map((column) => draw(column, rows));
  while (leastWidth(drawn) > width) {
    const most = Math.max(...drawn.map(({ column }) => column.dropOrder));
    if (most === 0) break;
    drawn = drawn.filter(({ column }) => column.dropOrder < most);
  }
  return ["", ...rows].map((_, line) =>
    cutTo(
      width,
      drawn
        .map(({ cells }) => cells[line])
        .join("  ")
        .trimEnd(),
    ),
  );
}

interface DrawnColumn {
  readonly column: Column;
  readonly cells: readonly string[];
  readonly width: number;
}

function draw(column: Column, rows: readonly ShownRow[]): DrawnColumn {
  const cells = [column.head, ...rows.map((row) => printable(column.cell(row)))];
  const width = Math.max(...cells.map(widthOf));
  return {
    column,
    cells: cells.map((cell) => padTo(width, cell, column.isNumber ? "left" : "right")),
    width,
  };
}

function leastWidth(drawn: readonly DrawnColumn[]): number {
  const widths = drawn.map(({ width }, i) => (i === drawn.length - 1 ? Math.min(width, nameWidth) : width + 2));
  return widths.reduce((sum, each) => sum + each, 0);
}

/** Adds to each row its share of processor time since earlier rows. */
export function withShares(rows: readonly ProcessRow[], earlier: readonly ProcessRow[], elapsedMs: number): ShownRow[] {
  const cpuTimeMs = (row: ProcessRow) => (row.cpuUserMs ?? 0) + (row.cpuSystemMs ?? 0);
  return rows.map((row) => {
    const before = earlier.find((each) => each.pid === row.pid && each.threadId === row.threadId);
    if (before === undefined || row.cpuUserMs === null || before.cpuUserMs === null || elapsedMs <= 0) return row;
    return { ...row, cpuShare: Math.max(0, (cpuTimeMs(row) - cpuTimeMs(before)) / elapsedMs) };
  });
}

function number(head: string, dropOrder: number, cell: (row: ShownRow) => string): Column {
  return { head, cell, isNumber: true, dropOrder };
}

function text(head: string, dropOrder: number, cell: (row: ShownRow) => string): Column {
  return { head, cell, isNumber: false, dropOrder };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function megabytes(bytes: number | null): string {
  return bytes === null ? "-" : (bytes / 1e6).toFixed(0);
}
