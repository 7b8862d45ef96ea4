import { cutTo } from "@manyhands/process/command-line";
import { formatDuration } from "../../base/duration.ts";
import type { Progress } from "../../measure/progress.ts";
import type { Writable } from "../../report/terminal/writable.ts";

/** How often a stream that is no terminal gets a line, in milliseconds. */
const lineMs = 10_000;

/**
 * Shows the progress of a run: on one line of a terminal, otherwise in lines, one every ten seconds.
 *
 * @param options.quiet writes nothing. Default: false.
 * @param options.now the time in milliseconds; for tests.
 */
export function showProgress(
  stream: Writable,
  options: { readonly quiet?: boolean; readonly now?: () => number } = {},
): {
  readonly update: (progress: Progress) => void;
  readonly clear: () => void;
} {
  const { quiet = false, now = Date.now } = options;
  if (quiet) return { update: () => {}, clear: () => {} };
  if (stream.isTTY !== true) {
    let nextMs = 0;
    let isEstimated = false;
    return {
      update(progress) {
        // The first estimate is shown at once.
        const isNews = Number.isFinite(progress.leftNs) && !isEstimated;
        if (now() < nextMs && !isNews) return;
        isEstimated ||= isNews;
        nextMs = now() + lineMs;
        stream.write(`${lineOf(progress)}\n`);
      },
      clear: () => {},
    };
  }
  const erase = "\r\u001b[K";
  return {
    update(progress) {
      // Some terminals report a width of 0.
      stream.write(erase + cutTo((stream.columns || 80) - 1, lineOf(progress)));
    },
    clear: () => void stream.write(erase),
  };
}

function lineOf({ subject, doing, share, leftNs }: Progress): string {
  const left = Number.isFinite(leftNs) ? `, about ${formatDuration(leftNs)} left` : "";
  return `${Math.round(share * 100)}% ${subject}: ${doing}${left}`;
}
