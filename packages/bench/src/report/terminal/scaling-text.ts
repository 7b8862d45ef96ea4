import { environmentLine } from "../../base/environment.ts";
import type { KernelResult, KernelRun, LevelResult, ScalingResult } from "../../base/scaling-result.ts";
import { describeUsableCpus } from "../../base/usable-cpus.ts";
import { counted, lossParts, lostShare, scalingFinding } from "../data/finding.ts";
import { factor, percent, time } from "../data/format-number.ts";
import { lawFacts } from "../data/law-facts.ts";
import { levelCells, levelHead } from "../data/level-rows.ts";
import { speedUpPlot } from "./speed-up-plot.ts";
import { paint, type Style } from "./terminal-style.ts";
import { terminalText } from "./terminal-text.ts";
import { bar } from "./text-bar.ts";
import { textTable } from "./text-table.ts";
import { headline, titleBadge, warningLines } from "./warning-lines.ts";

/** The whole run for a terminal. */
export function scalingText(result: ScalingResult, style: Style): string {
  const lines = [environmentLine(result.context), describeUsableCpus(result.context.cpus), ""];
  lines.push(...headline(result, scalingFinding(result), style));
  for (const kernel of result.kernels) lines.push(...kernelLines(kernel, result, style), "");
  lines.push(...warningLines(result.warnings, style));
  if (lines.at(-1) === "") lines.pop();
  return terminalText(lines, style);
}

function kernelLines(kernel: KernelRun, result: ScalingResult, style: Style): string[] {
  const heading = `${paint(style, "bold", kernel.id)}${titleBadge(result, kernel.id, style)}  ${kernel.title}; ${kernel.size}, ${roundsWords(kernel)}`;
  if (kernel.wrong !== undefined) return [heading, `  ${paint(style, "red", "VOID")}: wrong answer, ${kernel.wrong}`];
  const own = result.levels.filter((level) => level.kernel === kernel.id);
  const derived = result.results.find((candidate) => candidate.kernel === kernel.id);
  if (derived === undefined) return [heading, "  nothing was measured"];
  return [
    heading,
    result.design.verify ? `  answers verified against ${kernel.source}` : "  answers were not verified",
    `  serial loop ${time(derived.serialNs)}`,
    ...textTable([levelHead, ...own.map((level) => levelCells(level, result))], style.columns),
    "",
    ...(own.length < 3 ? speedUpBars(own, style) : speedUpPlot(own, result.context.cpus.usable, style)),
    "",
    ...lossLines(own),
    ...variationLines(derived),
    ...lawFacts(derived, result.design.mode).map(([term, words]) => `  ${term}: ${words}`),
  ];
}

/** The serial loop and every level as bars, with marks at the ideal: for levels too few to be a curve. */
function speedUpBars(levels: readonly LevelResult[], style: Style): string[] {
  const rows = [
    { name: "serial loop", value: 1, ideal: 1 },
    ...levels.map(({ workers, speedUp }) => ({ name: counted(workers), value: speedUp.value, ideal: workers })),
  ];
  const most = Math.max(...rows.flatMap(({ value, ideal }) => [value, ideal]));
  const width = Math.max(10, Math.min(48, style.columns - 30));
  const bars = rows.map(
    ({ name, value, ideal }) =>
      `  ${name.padEnd(11)} ${bar(value, ideal, most, width, style).padEnd(width + 1)} ${factor(value)}`,
  );
  return [...bars, `  times as fast as the serial loop; ${style.unicode ? "┊" : "|"} the ideal`];
}

/** Where the fullest use of the CPUs loses its time; parts below half a percent are left out. */
function lossLines(levels: readonly LevelResult[]): string[] {
  const level = levels.filter((candidate) => !candidate.oversubscribed && candidate.workers > 1).at(-1);
  if (level?.loss === undefined) return [];
  const parts = lossParts(level.loss).filter(({ share }) => share >= 0.005);
  const words = parts.map(({ name, share }) => `${name} ${percent(share)}`);
  const lost = `  lost with ${level.workers} workers: ${percent(lostShare(level.loss))} of their time${words.length > 0 ? `: ${words.join(", ")}` : ""}`;
  if (level.tree === undefined) return [lost];
  const { poolTax, helpers, inflation, utilisation } = level.tree;
  const collected = level.gc < 0.005 ? "" : `; ${percent(level.gc)} of their time went to the garbage collector`;
  return [
    lost,
    `  useful share of all rounds ${percent(poolTax * helpers * inflation * utilisation)} = pool ${factor(poolTax)} × helper threads ${factor(helpers)} × same CPU work ${factor(inflation)} × busy ${factor(utilisation)}${collected}`,
  ];
}

/** How many rounds there were, and why no more. */
function roundsWords({ rounds, launches, stoppedBy }: KernelRun): string {
  return `${rounds} ${rounds === 1 ? "round" : "rounds"} in ${launches} ${launches === 1 ? "launch" : "launches"} (${stoppedBy})`;
}

function variationLines({ variation }: KernelResult): string[] {
  if (variation === undefined) return [];
  const { withinLaunches, betweenLaunches } = variation;
  return [
    `  speed-up scatters by ${percent(withinLaunches)} within a launch, ${percent(betweenLaunches)} between launches`,
  ];
}
