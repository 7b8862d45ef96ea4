import { formatBytes } from "../../base/byte-size.ts";
import { significant, tickDuration } from "../../base/duration.ts";
import type { MessageCell, MessageResult, Reach, Shape } from "../../base/message-result.ts";
import { median } from "../../model/statistic/median.ts";
import { cellNs, quickestSmall, quickestWords } from "../data/message-rows.ts";
import type { Figure } from "../svg/figure.ts";
import { type DotRow, dotPicture } from "./dot-picture.ts";
import { messagePicture } from "./message-picture.ts";

const reaches = ["thread", "process"] as const;

/** All pictures of a run: the time of one message by reach and shape, then throughput, then CPU time. */
export function messageFigures(result: MessageResult): Figure[] {
  const { shapes } = result.design;
  return [
    ...shapes.flatMap((shape) => reaches.map((reach) => sizeFigure(result, shape, reach))),
    messagesFigure(result),
    bytesFigure(result),
    ...shapes.slice(0, 1).map((shape) => cpuFigure(result, shape)),
  ];
}

function sizeFigure(result: MessageResult, shape: Shape, reach: Reach): Figure {
  const first = quickestSmall(result, shape, reach);
  return {
    name: `message-${shape}-${reach}`,
    title:
      first === undefined
        ? `To a ${reach}, ${shape}`
        : `To a ${reach}, ${shape}, small messages: ${quickestWords(first)}`,
    drawing: messagePicture(result, shape, reach),
    caption:
      "Marks are medians, lines the fit L + n/B: flat while latency rules, rising once bytes do. The lowest line at a size is the quickest way to send it; C and Python dashed. Ours and five others; the table has all.",
  };
}

/** Messages a second of the smallest size, with as many under way as were tried. */
function messagesFigure(result: MessageResult): Figure {
  const least = Math.min(...result.streams.map(({ bytes }) => bytes));
  const rows = streamRows(result, least, (ns) => 1e9 / ns);
  return {
    name: "message-rate",
    title: bestOf(rows, `Most messages of ${formatBytes(least)}`, (value) => `${short(value)} a second`),
    drawing: dotPicture(rows, {
      title: `Messages a second, ${formatBytes(least)} each`,
      label: `messages a second of ${formatBytes(least)}, logarithmic`,
      series: seriesOf(result),
      format: short,
    }),
    caption: "Many messages under way at once, one way: further right is better. Our ways are in bold.",
  };
}

/** Bytes a second of the largest size. */
function bytesFigure(result: MessageResult): Figure {
  const most = Math.max(...result.streams.map(({ bytes }) => bytes));
  const rows = streamRows(result, most, (ns) => (most * 1e9) / ns);
  return {
    name: "message-throughput",
    title: bestOf(rows, `Most bytes, ${formatBytes(most)} each`, bytesRate),
    drawing: dotPicture(rows, {
      title: `Bytes a second, ${formatBytes(most)} each`,
      label: `throughput in messages of ${formatBytes(most)}, logarithmic`,
      series: seriesOf(result),
      format: bytesRate,
    }),
    caption: "Many messages under way at once, one way: further right is better. Our ways are in bold.",
  };
}

/** CPU time of the smallest message on both sides. */
function cpuFigure({ cells, transports, design }: MessageResult, shape: Shape): Figure {
  const least = Math.min(...design.sizes);
  const rows = transports.map(({ id, family }): DotRow => {
    const samples = cells
      .filter((cell) => cell.transport === id && cell.shape === shape && cell.bytes === least)
      .flatMap((cell) => cell.samples);
    const middle = (pick: (sample: MessageCell["samples"][number]) => number | undefined) =>
      median(samples.flatMap((sample) => pick(sample) ?? []));
    return {
      name: id,
      own: family === "manyhands",
      values: [middle(({ nearCpuNs }) => nearCpuNs), middle(({ farCpuNs }) => farCpuNs)],
    };
  });
  return {
    name: "message-cpu",
    title: `What a message of ${formatBytes(least)} takes of both sides' CPUs`,
    drawing: dotPicture(sorted(rows, 1), {
      title: `CPU time of one message, ${formatBytes(least)}`,
      label: `CPU time of one message (${shape}), logarithmic`,
      series: ["here", "there"],
      format: tickDuration,
    }),
    caption:
      "CPU time, not waiting: what is left of a core for other work. Further left is better. Our ways are in bold.",
  };
}

/** How many messages were under way in the streams that there are. */
function windowsOf({ streams }: MessageResult): number[] {
  return [...new Set(streams.map(({ window }) => window))].sort((one, two) => one - two);
}

function seriesOf(result: MessageResult): string[] {
  const windows = windowsOf(result);
  return windows.flatMap((window) =>
    result.design.shapes.map((shape) => `${shape}, ${window}${windows.length === 1 ? " under way" : ""}`),
  );
}

function streamRows(result: MessageResult, bytes: number, of: (ns: number) => number): DotRow[] {
  const windows = windowsOf(result);
  const rows = result.transports.map(({ id, family }): DotRow => {
    const own = result.streams.filter((stream) => stream.transport === id && stream.bytes === bytes);
    const values = windows.flatMap((window) =>
      result.design.shapes.map((shape) =>
        of(cellNs(own.find((stream) => stream.window === window && stream.shape === shape))),
      ),
    );
    return { name: id, own: family === "manyhands", values };
  });
  return sorted(rows, -1);
}

/** By the best value of each row: the smallest first with 1, the largest with −1. */
function sorted(rows: readonly DotRow[], order: 1 | -1): DotRow[] {
  const best = ({ values }: DotRow) =>
    Math.min(...values.map((value) => order * (value || Number.NaN)).filter(Number.isFinite));
  return [...rows].sort((one, two) => best(one) - best(two));
}

function bestOf(rows: readonly DotRow[], words: string, format: (value: number) => string): string {
  const [first] = rows;
  const values = (first?.values ?? []).filter(
    (value): value is number => value !== undefined && Number.isFinite(value),
  );
  return values.length === 0 ? words : `${words}: ${first?.name}, ${format(Math.max(...values))}`;
}

/** A count as short as an axis wants it: `1.2M`. */
function short(value: number): string {
  const [scale, unit] = value >= 1e6 ? [1e6, "M"] : value >= 1e3 ? [1e3, "k"] : [1, ""];
  return `${Number(significant(value / scale, 2))}${unit}`;
}

/** Bytes a second, likewise: `2.4 GB/s`. */
function bytesRate(value: number): string {
  const [scale, unit] = value >= 1e9 ? [1e9, "GB/s"] : value >= 1e6 ? [1e6, "MB/s"] : [1e3, "kB/s"];
  return `${Number(significant(value / scale, 2))} ${unit}`;
}
