import { formatDuration } from "../../base/duration.ts";
import type { MessageResult } from "../../base/message-result.ts";
import { crossoverLines, messageFinding, messageRows, streamRows } from "../data/message-rows.ts";
import { messageFigures } from "../picture/message-figures.ts";
import { figuresHtml } from "../svg/figure.ts";
import { element, escapeMarkup } from "../svg/svg.ts";
import { page, sectionHeading } from "./page.ts";
import { definitions, htmlTable } from "./table.ts";

/** Formats the run as a page. */
export function messageHtml(result: MessageResult): string {
  const crossings = crossoverLines(result).map((line) => element("li", {}, escapeMarkup(line)));
  const streams = streamRows(result);
  return page(result, "What a message costs", messageFinding(result), [
    element(
      "section",
      {},
      sectionHeading("One message, one way"),
      figuresHtml(messageFigures(result)),
      ...(crossings.length > 0
        ? [element("h3", {}, "Which is quickest, by size"), element("ul", {}, ...crossings)]
        : []),
      htmlTable("Median time of one message one way, by size of the payload; t(n) = L + n/B", messageRows(result)),
      element(
        "p",
        { class: "faint" },
        "Off by: the largest distance of a size from the line. CPU: for the smallest message, on each side.",
      ),
    ),
    streams.length === 0
      ? ""
      : element(
          "section",
          {},
          sectionHeading("Many messages under way"),
          htmlTable("Throughput one way, with so many messages under way at once", streams),
        ),
    methodSection(result),
  ]);
}

function methodSection({ design, durationNs, transports }: MessageResult): string {
  const text =
    "A message goes there and back; half the time is one way. Every payload kind was sent once first and came back equal. Batches of all transports, shapes and sizes alternate in a random order, in the first round from small to large. L and B are fitted to medians by relative least squares.";
  return element(
    "section",
    {},
    sectionHeading("Method"),
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
