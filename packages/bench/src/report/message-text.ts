import { formatBytes } from "../base/byte-size.ts";
import { formatDuration } from "../base/duration.ts";
import { environmentLine } from "../base/environment.ts";
import type { MessageCell, MessageFit, MessageResult } from "../base/message-result.ts";
import { describeUsableCpus } from "../base/usable-cpus.ts";
import { median } from "../model/median.ts";
import { crossover } from "../model/message-fit.ts";
import { percent } from "./number.ts";
import { warningLines } from "./scaling-text.ts";
import { paint, type Style } from "./style.ts";
import { textTable } from "./text-table.ts";

/** The sizes that the tables show: the ends and three between. */
export function shownSizes({ design: { sizes } }: MessageResult): number[] {
  const places = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (sizes.length - 1)));
  return [...new Set(places)].map((at) => sizes[at] as number);
}

/** The median time of one message one way, in nanoseconds; NaN when the cell is empty. */
export function cellNs(cell: MessageCell | undefined): number {
  return median((cell?.samples ?? []).map((sample) => sample.wayNs));
}

/** The head of the table, and one row for each transport and shape, for terminals, Markdown and HTML alike. */
export function messageRows(result: MessageResult): string[][] {
  const sizes = shownSizes(result);
  const head = ["transport", "shape", ...sizes.map(formatBytes), "L", "B", "off by", "CPU here", "CPU there"];
  const rows = result.fits.map((fit) => {
    const own = result.cells.filter((cell) => cell.transport === fit.transport && cell.shape === fit.shape);
    const smallest = own.find((cell) => cell.bytes === Math.min(...own.map((other) => other.bytes)));
    const cpu = (pick: (sample: MessageCell["samples"][number]) => number | undefined) => {
      const values = (smallest?.samples ?? []).flatMap((sample) => pick(sample) ?? []);
      return values.length === 0 ? "" : formatDuration(median(values));
    };
    return [
      fit.transport,
      fit.shape,
      ...sizes.map((bytes) => formatDuration(cellNs(own.find((cell) => cell.bytes === bytes)))),
      formatDuration(fit.latencyNs),
      bandwidth(fit),
      percent(fit.worstResidual),
      cpu((sample) => sample.nearCpuNs),
      cpu((sample) => sample.farCpuNs),
    ];
  });
  return [head, ...rows];
}

function bandwidth({ bytesPerSecond }: MessageFit): string {
  return Number.isFinite(bytesPerSecond) ? `${Math.round(bytesPerSecond / 1e6)} MB/s` : "any";
}

/** Where one transport overtakes another that starts faster, within the sizes measured; C and Python are no choice here. */
export function crossoverLines({ fits: all, design, transports }: MessageResult): string[] {
  const foreign = transports.filter(({ family }) => family === "native" || family === "python").map(({ id }) => id);
  const fits = all.filter(({ transport }) => !foreign.includes(transport));
  const most = Math.max(...design.sizes);
  return fits.flatMap((one) =>
    fits.flatMap((other) => {
      const bytes = one.shape === other.shape ? crossover(one, other) : undefined;
      if (bytes === undefined || bytes > most || bytes < 64) return [];
      return [
        `${other.transport} overtakes ${one.transport} from about ${formatBytes(Math.round(bytes / 64) * 64)} (${one.shape})`,
      ];
    }),
  );
}

/** The whole run for a terminal. */
export function messageText(result: MessageResult, style: Style): string {
  const lines = [
    environmentLine(result.context),
    describeUsableCpus(result.context.cpus),
    "",
    `${paint(style, "bold", "one message, one way")}: median of batches to and fro, by size of the payload; t(n) = L + n/B`,
    ...textTable(messageRows(result)),
    "",
    ...crossoverLines(result),
    "off by: the largest distance of a size from the line · CPU: for the smallest message, on each side",
    ...warningLines(result.warnings, style),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
