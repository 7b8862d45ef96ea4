import type { Streams } from "../command/command.ts";
import { cutTo } from "../command/text-width.ts";

// Moves the cursor to the top left, and clears the rest of the earlier output.
const home = "\x1b[H";
const clearLine = "\x1b[K";
const clearBelow = "\x1b[J";

/** The text of an update: in a terminal, lines that fit it and replace those of the update before. */
export function screenOf(lines: readonly string[], { columns, rows, isTTY }: Streams["stdout"]): string {
  const cut = lines.map((line) => cutTo(columns ?? Number.POSITIVE_INFINITY, line));
  if (!isTTY) return `${cut.join("\n")}\n\n`;
  const fitting = cut.slice(0, rows === undefined ? cut.length : rows - 1);
  if (fitting.length < cut.length) fitting.splice(-1, 1, `and ${cut.length - fitting.length + 1} more`);
  return `${home}${fitting.map((line) => line + clearLine).join("\n")}\n${clearBelow}`;
}
