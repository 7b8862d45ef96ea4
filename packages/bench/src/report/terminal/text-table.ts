import { padTo, widthOf } from "@manyhands/process/command-line";
import { cellText, type TableCell } from "../data/doubt.ts";

const indent = "  ";
const gap = "  ";

interface Column {
  readonly cells: readonly string[];
  readonly width: number;
  readonly words: boolean;
}

/**
 * Formats a table for a terminal. Columns are as wide as their widest cell. Words are aligned left, numbers
 * right. A table that is too wide is folded: the remaining columns follow below, with the first columns repeated.
 *
 * @param columns width of the terminal. A last column without a head, such as bars, is omitted when it does not fit.
 * @param keys how many columns at the left name a row.
 */
export function textTable(
  given: readonly (readonly TableCell[])[],
  columns = Number.POSITIVE_INFINITY,
  keys = 1,
): string[] {
  const rows = given.map((row) => row.map(cellText));
  const all = (rows[0] ?? []).map((_, at): Column => {
    const cells = rows.map((row) => row[at] ?? "");
    const words = cells.slice(1).some((cell) => /^[\p{L}"]/u.test(cell) && !/^(n\/a|no interval|any)$/.test(cell));
    return { cells, width: Math.max(...cells.map(widthOf)), words };
  });
  const names = all.slice(0, keys);
  const blocks: Column[][] = [[...names]];
  for (const column of all.slice(keys)) {
    const block = blocks.at(-1) as Column[];
    const fits = blockWidth([...block, column]) <= columns;
    if (fits || block.length === keys) block.push(column);
    else if (column.cells[0] !== "") blocks.push([...names, column]);
  }
  // Bars make no sense without the columns beside them.
  if (blocks.length > 1 && blocks.at(-1)?.at(-1)?.cells[0] === "") blocks.at(-1)?.pop();
  return blocks.flatMap((block, at) => [...(at === 0 ? [] : [""]), ...linesOf(block, rows.length)]);
}

function blockWidth(block: readonly Column[]): number {
  return indent.length + block.reduce((sum, { width }) => sum + width + gap.length, -gap.length);
}

function linesOf(block: readonly Column[], count: number): string[] {
  return Array.from({ length: count }, (_, row) => {
    const cells = block.map(({ cells, width, words }, at) => {
      const cell = cells[row] ?? "";
      const bars = cells[0] === "" && at === block.length - 1;
      return padTo(width, cell, words || bars ? "right" : "left");
    });
    return (indent + cells.join(gap)).trimEnd();
  });
}
