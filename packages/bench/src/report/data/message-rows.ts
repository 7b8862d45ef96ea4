import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration, significant } from "../../base/duration.ts";
import type { MessageCell, MessageFit, MessageResult, Reach, Shape } from "../../base/message-result.ts";
import { type Fastest, fastestBySize, fastestTransports } from "../../model/fastest-transport.ts";
import { median, medianInterval } from "../../model/statistic/median.ts";
import { type Doubt, doubted, type TableCell, timeDoubt } from "./doubt.ts";
import { percent } from "./format-number.ts";

/** The payload sizes that the tables show: the smallest, the largest and three between. */
function shownSizes({ design: { sizes } }: MessageResult): number[] {
  const places = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (sizes.length - 1)));
  return [...new Set(places)].map((at) => sizes[at] as number);
}

/** The median time of one message one way, in nanoseconds; NaN when the cell is empty. */
export function cellNs(cell: MessageCell | undefined): number {
  return median((cell?.samples ?? []).map((sample) => sample.wayNs));
}

/** The result in one sentence: the fastest transport for small messages, to a thread and to a process. */
export function messageFinding(result: MessageResult): string {
  const [shape] = result.design.shapes;
  const best = (["thread", "process"] as const).flatMap((reach) => {
    const first = shape === undefined ? undefined : quickestSmall(result, shape, reach);
    return first === undefined ? [] : [`to a ${reach} ${quickestWords(first)}`];
  });
  return best.length === 0 ? "Nothing was measured." : `Quickest for small messages (${shape}): ${best.join("; ")}.`;
}

/** The fastest transport with its time, or all whose difference is not certain. */
export function quickestWords({ transports, ns }: Fastest): string {
  const [first, ...close] = transports;
  const more = close.length > 2 ? [...close.slice(0, 2), `${close.length - 2} more`] : close;
  const also = more.length === 0 ? "" : `, not certainly faster than ${more.join(", ")}`;
  return `${first}, ${formatDuration(ns)}${also}`;
}

/** The head of the table, and one row for each transport and shape, for terminals, Markdown and HTML alike. */
export function messageRows(result: MessageResult): TableCell[][] {
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
      ...sizes.map((bytes) => {
        const times = own.find((cell) => cell.bytes === bytes)?.samples.map(({ wayNs }) => wayNs) ?? [];
        const interval = medianInterval(times);
        return doubted(formatDuration(interval.value), timeDoubt(interval));
      }),
      doubted(formatDuration(fit.latencyNs), fitDoubt(fit)),
      doubted(bandwidth(fit), fitDoubt(fit)),
      percent(fit.worstResidual),
      cpu((sample) => sample.nearCpuNs),
      cpu((sample) => sample.farCpuNs),
    ];
  });
  return [head, ...rows];
}

/** Messages and bytes a second with many messages in flight, for all formats. Empty when no stream was measured. */
export function streamRows({ streams, design }: MessageResult): string[][] {
  const measured = streams.filter(({ samples }) => samples.length > 0);
  if (measured.length === 0) return [];
  const largest = Math.max(...measured.map(({ bytes }) => bytes));
  const sizes = [design.sizes.find((bytes) => bytes >= 1024) ?? largest, largest];
  const rows = design.windows.flatMap((window) =>
    [...new Set(measured.map(({ transport, shape }) => `${transport}\n${shape}`))].flatMap((key) => {
      const own = measured.filter((cell) => cell.window === window && `${cell.transport}\n${cell.shape}` === key);
      const [smallest] = own;
      if (smallest === undefined) return [];
      const rate = (bytes: number) => {
        const cell = own.find((cell) => cell.bytes === bytes);
        return cell === undefined ? "–" : `${significant((bytes * 1e3) / cellNs(cell), 3)} MB/s`;
      };
      return [[...key.split("\n"), String(window), `${Math.round(1e9 / cellNs(smallest))}`, ...sizes.map(rate)]];
    }),
  );
  return [["transport", "shape", "under way", "messages/s", ...sizes.map(formatBytes)], ...rows];
}

/** Above this distance of a median from the fit, the fit does not describe the data. */
const worstFit = 0.5;

/** The doubt about a fit that is far off a size. */
export function fitDoubt({ worstResidual }: MessageFit): Doubt | undefined {
  if (worstResidual <= worstFit) return undefined;
  return { severity: "caution", text: `The line L + n/B is off by ${percent(worstResidual)} at one size` };
}

function bandwidth({ bytesPerSecond }: MessageFit): string {
  if (!Number.isFinite(bytesPerSecond)) return "any";
  // A transferred buffer is not copied; six digits would claim more precision than there is.
  return bytesPerSecond >= 1e11
    ? `${significant(bytesPerSecond / 1e9, 3)} GB/s`
    : `${significant(bytesPerSecond / 1e6, 3)} MB/s`;
}

/** The transports of Node and manyhands for that reach; C and Python are references, not choices. */
function choiceOf({ transports }: MessageResult, reach: Reach): string[] {
  return transports
    .filter((transport) => transport.reach === reach && /^(?:manyhands|node)$/.test(transport.family))
    .map(({ id }) => id);
}

/** The fastest transport for the smallest message, with those that are not certainly slower. */
export function quickestSmall(result: MessageResult, shape: Shape, reach: Reach): Fastest | undefined {
  return fastestTransports(choiceCells(result, shape, reach))[0];
}

/** From which payload size on each transport is the fastest, to a thread and to a process. */
export function crossoverLines(result: MessageResult): string[] {
  return (["thread", "process"] as const).flatMap((reach) =>
    result.design.shapes.flatMap((shape) => {
      const steps = fastestBySize(choiceCells(result, shape, reach)).map(({ transport, fromBytes }, at) =>
        at === 0 ? transport : `${transport} from ${formatBytes(fromBytes)}`,
      );
      return steps.length === 0 ? [] : [`quickest to a ${reach} (${shape}): ${steps.join(", ")}`];
    }),
  );
}

function choiceCells(result: MessageResult, shape: Shape, reach: Reach): MessageCell[] {
  const choice = choiceOf(result, reach);
  return result.cells.filter((cell) => cell.shape === shape && choice.includes(cell.transport));
}
