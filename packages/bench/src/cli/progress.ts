import { formatDuration } from "../base/duration.ts";
import type { Progress } from "../measure/progress.ts";
import type { Writable } from "../report/terminal/writable.ts";

/** Shows the progress of a run on one line of a terminal. Writes nothing when the stream is no terminal. */
export function showProgress(stream: Writable): {
  readonly update: (progress: Progress) => void;
  readonly clear: () => void;
} {
  if (stream.isTTY !== true) return { update: () => {}, clear: () => {} };
  const erase = "\r\u001b[K";
  return {
    update({ subject, doing, share, leftNs }) {
      const left = Number.isFinite(leftNs) ? `, at most ${formatDuration(leftNs)} left` : "";
      const line = `${Math.round(share * 100)}% ${subject}: ${doing}${left}`;
      // Some terminals report a width of 0.
      stream.write(erase + line.slice(0, (stream.columns || 80) - 1));
    },
    clear: () => void stream.write(erase),
  };
}
