import { formatDuration } from "../../base/duration.ts";
import type { Cell, Trace } from "../../base/sample.ts";
import type { KernelResult, LevelResult, ScalingResult } from "../../base/scaling-result.ts";
import { median } from "../../model/statistic/median.ts";
import {
  counted,
  drawnShareOfNative,
  fullestLevel,
  lossParts,
  lostShare,
  shareOfNative,
  speedUpWords,
} from "../data/finding.ts";
import { factor, percent, range, wholePercent } from "../data/format-number.ts";
import type { Figure } from "../svg/figure.ts";
import { chunkPicture, chunkTimes } from "./chunk-picture.ts";
import { dotPicture } from "./dot-picture.ts";
import { efficiencyPicture } from "./efficiency-picture.ts";
import { lossPicture } from "./loss-picture.ts";
import { roundsPicture } from "./rounds-picture.ts";
import { speedUpPicture } from "./speed-up-picture.ts";
import { timelinePicture } from "./timeline-picture.ts";

/** All kernels beside one another at the fullest use of the CPUs; nothing for a single one. */
export function suiteFigure({ results, levels }: ScalingResult): Figure {
  const tops = results
    .flatMap(({ kernel }) => fullestLevel(levels.filter((level) => level.kernel === kernel)) ?? [])
    .sort((one, two) => two.efficiency.value - one.efficiency.value);
  const rows = tops.map((top) => ({
    name: top.kernel,
    own: false,
    values: [top.efficiency.value, drawnShareOfNative(top)?.value],
  }));
  const [best, worst] = [tops[0], tops.at(-1)];
  return {
    name: "suite",
    title: `${best?.kernel} scales best, ${worst?.kernel} worst`,
    drawing:
      rows.length < 2
        ? ""
        : dotPicture(rows, {
            title: "Efficiency of all kernels",
            label: "share of the possible speed-up",
            series: ["of the ideal", ...(tops.some(drawnShareOfNative) ? ["of native threads"] : [])],
            format: wholePercent,
            linear: true,
          }),
    caption: `Efficiency with ${counted(best?.workers ?? 1)}. What is far left of native threads loses time of its own: memory, garbage, uneven work.`,
  };
}

/** Every picture of one kernel that was measured; titles say what was found. */
export function kernelFigures(kernel: KernelResult, result: ScalingResult): Figure[] {
  const levels = result.levels.filter((level) => level.kernel === kernel.kernel);
  const cells = result.cells.filter((cell) => cell.kernel === kernel.kernel);
  const usable = result.context.cpus.usable;
  const data = { title: kernel.kernel, usable, levels, cells, result: kernel };
  const trace = result.kernels.find(({ id }) => id === kernel.kernel)?.trace;
  const fullest = fullestLevel(levels);
  const workers = fullest === undefined ? "" : counted(fullest.workers);
  const figure = (name: string, title: string, drawing: string, caption: string): Figure => ({
    name: `${name}-${kernel.kernel}`,
    title,
    drawing,
    caption,
  });
  return [
    figure("speed-up", speedUpTitle(fullest), speedUpPicture(data), speedUpCaption(fullest)),
    // Small counts of workers crowd a linear axis that reaches far.
    figure(
      "speed-up-log",
      "Speed-up, both axes logarithmic",
      levels.length >= 4 && Math.max(...levels.map(({ workers }) => workers)) >= 8 ? speedUpPicture(data, "log") : "",
      "What grows in proportion to the workers is a straight line; where the marks bend away from it, workers stop paying.",
    ),
    figure("efficiency", efficiencyTitle(fullest), efficiencyPicture(levels), efficiencyCaption),
    figure(
      "loss",
      lossTitle(fullest),
      lossPicture(levels),
      "What the workers' time was spent on, over all rounds together; the number at the right is the useful share. Disturbed rounds count in full, so it may be below the efficiency.",
    ),
    figure(
      "timeline",
      `When each worker ran: ${workers}, a typical round`,
      timelineOf(cells),
      "The round whose time is nearest to the median, with as many workers as CPUs. Workers whose bar ends early waited for the last one.",
    ),
    figure(
      "chunks",
      chunksTitle(trace),
      trace === undefined ? "" : chunkPicture(trace),
      "Which worker ran which chunk, in an extra run of the same work that is not among the samples. A block is a chunk, or several that are too short to draw; a long chunk at the end delays the others.",
    ),
    figure(
      "rounds",
      `Steadiness: half of the samples lie within ±${percent(middleHalf(cells))} of their median`,
      roundsPicture(cells),
      "Every sample relative to the median of its cell, in the order of time. A slope of the line is drift, which affects all cells alike; a spike is a disturbance. Values far outside are drawn at the edge.",
    ),
  ];
}

function chunksTitle(trace: Trace | undefined): string {
  const times = trace === undefined ? [] : chunkTimes(trace);
  if (times.length === 0) return "Chunks";
  const [middle, most] = [median(times), Math.max(...times)].map(formatDuration);
  return `${times.length} chunks of ${middle}, the longest ${most}`;
}

function timelineOf(cells: readonly Cell[]): string {
  const fullest = cells.filter((cell) => cell.role === "pool" && !cell.oversubscribed).at(-1);
  return fullest === undefined ? "" : timelinePicture(fullest);
}

/** How far from its cell's median the middle one of all samples lies, as a share. */
function middleHalf(cells: readonly Cell[]): number {
  return median(
    cells.flatMap(({ samples }) => {
      const middle = median(samples.map(({ spanNs }) => spanNs));
      return samples.map(({ spanNs }) => Math.abs(spanNs / middle - 1));
    }),
  );
}

function speedUpTitle(level: LevelResult | undefined): string {
  if (level === undefined) return "Speed-up";
  return `${capital(counted(level.workers))}: ${speedUpWords(level).replace(/^is /, "")}`;
}

function speedUpCaption(level: LevelResult | undefined): string {
  const interval =
    level === undefined
      ? ""
      : Number.isFinite(level.speedUp.high)
        ? ` With ${counted(level.workers)} the 95 % interval is ${range(level.speedUp, factor)}.`
        : " An interval needs six rounds.";
  return `Speed-up over workers; where the marks follow the dashed line, every worker pays in full.${interval}`;
}

const efficiencyCaption =
  "Efficiency by count of workers. What lies between the ideal and what native threads reach is the machine's, not the runtime's. Lines are 95 % intervals.";

function efficiencyTitle(level: LevelResult | undefined): string {
  if (level === undefined) return "Efficiency";
  const { workers, efficiency } = level;
  const machine = shareOfNative(level, wholePercent);
  return `${capital(counted(workers))}: ${wholePercent(efficiency.value)} of the ideal${machine === undefined ? "" : `, ${machine}`}`;
}

function lossTitle(level: LevelResult | undefined): string {
  if (level?.loss === undefined) return "Where the workers' time went";
  const lost = lostShare(level.loss);
  const [most] = lossParts(level.loss).sort((one, two) => two.share - one.share);
  const words = `With ${counted(level.workers)} ${percent(lost)} of their time is lost`;
  return most === undefined || lost < 0.05 || most.share < 0.02
    ? `${words}: hardly anything`
    : `${words}, most to ${most.name} (${percent(most.share)})`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
