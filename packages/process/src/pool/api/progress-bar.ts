import type { ImapProgress } from "../call/call-options.ts";

/** The stream that a bar is drawn on: a terminal, or an object with the same members. */
export interface BarStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Makes an `onProgress` that draws a bar in the terminal; a count while the total is unknown. Draws nothing when the
 * stream is no terminal.
 *
 * @param label the text before the bar.
 * @param stream default: stderr, so that stdout can be piped.
 *
 * @example
 * await pool.map(resize, images, { onProgress: progressBar("images") });
 */
export function progressBar(label: string, stream: BarStream = process.stderr): (progress: ImapProgress) => void {
  return ({ done, total }) => {
    if (stream.isTTY !== true) return;
    if (total === undefined) {
      stream.write(`\r\x1b[K${label} ${done}`);
      return;
    }
    const count = `${done}/${total}`;
    const width = Math.max(10, Math.min(50, (stream.columns ?? 80) - label.length - 2 * String(total).length - 8));
    const full = total === 0 ? width : Math.floor((done / total) * width);
    const end = done === total ? "\n" : "";
    stream.write(`\r\x1b[K${label} ${"█".repeat(full)}${"─".repeat(width - full)} ${count}${end}`);
  };
}
