import { formatDuration } from "../base/duration.ts";
import type { Progress } from "../measure/scaling/scaling-plan.ts";
import type { Writable } from "../report/terminal/writable.ts";

/** Shows on one line of a terminal where a run stands; writes nothing to anything but a terminal. */
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
      // A terminal that does not know its width says 0.
      stream.write(erase + line.slice(0, (stream.columns || 80) - 1));
    },
    clear: () => void stream.write(erase),
  };
}
