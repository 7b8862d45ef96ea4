import { formatDuration } from "../base/duration.ts";
import type { MessageResult } from "../base/message-result.ts";
import { messagePicture } from "./message-picture.ts";
import { crossoverLines, messageRows, streamRows } from "./message-text.ts";
import { definitions, htmlTable, page } from "./page.ts";
import { element, escapeMarkup } from "./svg.ts";

/** The run as a page. */
export function messageHtml(result: MessageResult): string {
  const shapes = result.design.shapes.filter((shape) => result.fits.some((fit) => fit.shape === shape));
  const pictures = shapes.map((shape) =>
    element(
      "figure",
      {},
      messagePicture(result, shape),
      element("figcaption", {}, escapeMarkup(`${shape}: dots are medians, lines the fit L + n/B.`)),
    ),
  );
  const crossings = crossoverLines(result).map((line) => element("li", {}, escapeMarkup(line)));
  const [head = [], ...rows] = messageRows(result);
  return page(result, "What a message costs", lead(result), [
    element(
      "section",
      {},
      element("h2", {}, "One message, one way"),
      element("div", { class: "pictures" }, ...pictures),
      htmlTable([head, ...rows]),
      ...(crossings.length > 0
        ? [element("h3", {}, "Which is quickest, by size"), element("ul", {}, ...crossings)]
        : []),
    ),
    streamSection(result),
    methodSection(result),
  ]);
}

function streamSection(result: MessageResult): string {
  const rows = streamRows(result);
  if (rows.length === 0) return "";
  return element("section", {}, element("h2", {}, "Many messages under way"), htmlTable(rows));
}

function lead({ fits }: MessageResult): string {
  const fastest = [...fits].sort((one, two) => one.latencyNs - two.latencyNs).slice(0, 4);
  if (fastest.length === 0) return "Nothing was measured.";
  return `Quickest for small messages: ${fastest.map((fit) => `${fit.transport} ${formatDuration(fit.latencyNs)}`).join(", ")}.`;
}

function methodSection({ design, durationNs, transports }: MessageResult): string {
  const text =
    "A message goes there and back; half the time is one way. Every payload kind was sent once first and came back equal. Batches of all transports, shapes and sizes alternate in a random order. L and B are fitted to medians by relative least squares.";
  return element(
    "section",
    {},
    element("h2", {}, "Method"),
    element("p", {}, text),
    definitions([
      ...transports.map(
        ({ id, title, unavailable }) =>
          [id, unavailable === undefined ? title : `not available: ${unavailable}`] as const,
      ),
      ["seed", String(design.seed)],
      ["rounds", `${design.rounds}, ended by ${design.stoppedBy}`],
      ["took", formatDuration(durationNs)],
    ]),
  );
}
