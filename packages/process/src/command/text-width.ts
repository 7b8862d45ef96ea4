import measure from "fast-string-truncated-width";

/** The number of terminal columns that a text takes. Colours take none. */
export function widthOf(text: string): number {
  return measure(text).width;
}

/** The text with spaces after it, or before it, up to a number of columns. */
export function padTo(columns: number, text: string, side: "left" | "right" = "right"): string {
  const padding = " ".repeat(Math.max(0, columns - widthOf(text)));
  return side === "right" ? text + padding : padding + text;
}

/** The beginning of a text that fits a number of columns, in whole characters. */
export function cutTo(columns: number, text: string): string {
  return text.slice(0, measure(text, { limit: columns, ellipsis: "", ellipsisWidth: 0 }).index);
}

/**
 * A text without commands for the terminal, and without characters that change the direction of text: programs choose
 * their names.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "?");
}
