import type { Cell } from "../base/sample.ts";
import type { KernelResult, LevelResult, ScalingResult } from "../base/scaling-result.ts";
import { efficiencyPicture } from "./efficiency-picture.ts";
import type { Figure } from "./figure.ts";
import { lossParts } from "./finding.ts";
import { lossPicture } from "./loss-picture.ts";
import { factor, percent, range } from "./number.ts";
import { roundsPicture } from "./rounds-picture.ts";
import { speedUpPicture } from "./speed-up-picture.ts";
import { timelinePicture } from "./timeline-picture.ts";

/** Every picture of one kernel that was measured. */
export function kernelFigures(kernel: KernelResult, result: ScalingResult): Figure[] {
  const levels = result.levels.filter((level) => level.kernel === kernel.kernel);
  const cells = result.cells.filter((cell) => cell.kernel === kernel.kernel);
  const usable = result.context.cpus.usable;
  const data = { title: kernel.kernel, usable, levels, cells, result: kernel };
  const fullest = fullestLevel(levels);
  const figure = (name: string, title: string, drawing: string, caption: string): Figure => ({
    name: `${name}-${kernel.kernel}`,
    title,
    drawing,
    caption,
  });
  return [
    figure("speed-up", "Speed-up", speedUpPicture(data), speedUpCaption(fullest)),
    // Small counts of workers crowd a linear axis that reaches far.
    figure(
      "speed-up-log",
      "Speed-up, both axes logarithmic",
      levels.length >= 4 && Math.max(...levels.map(({ workers }) => workers)) >= 8 ? speedUpPicture(data, "log") : "",
      "What grows in proportion to the workers is a straight line; where the marks bend away from it, workers stop paying.",
    ),
    figure("efficiency", "Efficiency", efficiencyPicture(levels), efficiencyCaption(fullest)),
    figure("loss", "Where the workers' time went", lossPicture(levels), lossCaption(fullest)),
    figure(
      "timeline",
      "Workers of a typical round",
      timelineOf(cells),
      "The round whose time is nearest to the median, with as many workers as there are CPUs. Bars that end early waited for the last.",
    ),
    figure(
      "rounds",
      "Rounds in time order",
      roundsPicture(cells),
      "Every sample against its own cell's median: a slope of the line is drift, which falls on all alike; a spike is a disturbance. What lies far outside stands at the edge.",
    ),
  ];
}

/** The level that uses the CPUs most without having more workers than they are. */
export function fullestLevel(levels: readonly LevelResult[]): LevelResult | undefined {
  return levels.filter((level) => !level.oversubscribed).at(-1);
}

function timelineOf(cells: readonly Cell[]): string {
  const fullest = cells.filter((cell) => cell.role === "pool" && !cell.oversubscribed).at(-1);
  return fullest === undefined ? "" : timelinePicture(fullest);
}

function speedUpCaption(level: LevelResult | undefined): string {
  if (level === undefined) return "";
  const { workers, speedUp } = level;
  return `With ${counted(workers)} ${factor(speedUp.ofMedians)} times as fast as the serial loop (95 %: ${range(speedUp, factor)}).`;
}

function efficiencyCaption(level: LevelResult | undefined): string {
  if (level === undefined) return "";
  const { workers, speedUp, machineEfficiency } = level;
  const machine =
    machineEfficiency === undefined
      ? ""
      : `, and ${percent(machineEfficiency.value)} of what native threads reach on this machine; what lies between those and the ideal is the machine's`;
  return `With ${counted(workers)} ${percent(speedUp.ofMedians / workers)} of the ideal${machine}. Lines are 95 % intervals.`;
}

function lossCaption(level: LevelResult | undefined): string {
  if (level?.loss === undefined) return "The useful share is the efficiency.";
  const [most] = lossParts(level.loss).sort((one, two) => two.share - one.share);
  if (most === undefined || most.share < 0.02) return `With ${counted(level.workers)} hardly anything is lost.`;
  return `With ${counted(level.workers)} most of what is lost goes to ${most.name}: ${percent(most.share)} of the workers' time.`;
}

function counted(workers: number): string {
  return workers === 1 ? "one worker" : `${workers} workers`;
}
