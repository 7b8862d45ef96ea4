import { cutTo, widthOf } from "./text-width.ts";
import type { Row } from "./watched.ts";

interface Column {
  readonly head: string;
  cell(row: Shown): string;
  readonly isNumber: boolean;
  /** The higher, the earlier it goes where the terminal is too narrow. */
  readonly dispensable: number;
}

/** What of a row is shown, from the left; numbers stand at the right of their columns. */
const columns: readonly Column[] = [
  number("PID", 0, (row) => String(row.pid)),
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

/** How much of a name is worth more than another column. */
const nameWidth = 12;

/** A row, and what share of a processor it took lately, 0…1 for each thread that it has; left out when not known. */
export type Shown = Row & { readonly cpuShare?: number };

/**
 * Draws rows as a table that fits a terminal: columns that matter less are left out, then names are cut.
 *
 * @param width columns of text. Default: no limit.
 */
export function drawRows(rows: readonly Shown[], width = Number.POSITIVE_INFINITY): string[] {
  let drawn = columns.map((column) => draw(column, rows));
  while (leastWidth(drawn) > width) {
    const most = Math.max(...drawn.map(({ column }) => column.dispensable));
    if (most === 0) break;
    drawn = drawn.filter(({ column }) => column.dispensable < most);
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

interface Drawn {
  readonly column: Column;
  readonly cells: readonly string[];
  readonly width: number;
}

function draw(column: Column, rows: readonly Shown[]): Drawn {
  const cells = [column.head, ...rows.map((row) => printable(column.cell(row)))];
  const width = Math.max(...cells.map(widthOf));
  return {
    column,
    cells: cells.map((cell) => {
      const padding = " ".repeat(width - widthOf(cell));
      return column.isNumber ? padding + cell : cell + padding;
    }),
    width,
  };
}

function leastWidth(drawn: readonly Drawn[]): number {
  const widths = drawn.map(({ width }, i) => (i === drawn.length - 1 ? Math.min(width, nameWidth) : width + 2));
  return widths.reduce((sum, each) => sum + each, 0);
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

function number(head: string, dispensable: number, cell: (row: Shown) => string): Column {
  return { head, cell, isNumber: true, dispensable };
}

function text(head: string, dispensable: number, cell: (row: Shown) => string): Column {
  return { head, cell, isNumber: false, dispensable };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function megabytes(bytes: number | null): string {
  return bytes === null ? "-" : (bytes / 1e6).toFixed(0);
}

// A name is a program's to choose; it must not command the terminal, nor turn the direction of what stands beside it.
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "?");
}
