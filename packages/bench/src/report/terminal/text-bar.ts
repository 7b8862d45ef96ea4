import type { Style } from "./terminal-style.ts";

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * Draws a bar with a mark at the ideal value.
 *
 * @param width characters for `most`.
 */
export function bar(value: number, ideal: number, most: number, width: number, style: Style): string {
  const length = Math.max(0, Math.min(1, value / most)) * width;
  const whole = Math.floor(length);
  const end = style.unicode ? (eighths[Math.floor((length - whole) * 8)] as string) : "";
  const filled = (style.unicode ? "█" : "#").repeat(whole) + end;
  const mark = Math.round((ideal / most) * width);
  if (mark <= filled.length || mark > width) return filled;
  return filled.padEnd(mark) + (style.unicode ? "┊" : "|");
}
