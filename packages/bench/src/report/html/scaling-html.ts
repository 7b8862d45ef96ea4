import { formatDuration } from "../../base/duration.ts";
import type { KernelRun, ScalingResult } from "../../base/scaling-result.ts";
import { describeUsableCpus } from "../../base/usable-cpus.ts";
import { subjectDoubt } from "../data/doubt.ts";
import { scalingFinding } from "../data/finding.ts";
import { percent, time } from "../data/format-number.ts";
import { lawFacts } from "../data/law-facts.ts";
import { levelCells, levelHead } from "../data/level-rows.ts";
import { kernelFigures, suiteFigure } from "../picture/scaling-figures.ts";
import { figuresHtml } from "../svg/figure.ts";
import { element, escapeMarkup } from "../svg/svg.ts";
import { page, sectionHeading } from "./page.ts";
import { definitions, htmlTable } from "./table.ts";

/** Formats the run as a page. */
export function scalingHtml(result: ScalingResult): string {
  const sections = result.kernels.map((kernel) => kernelSection(kernel, result));
  return page(result, "Core scaling", scalingFinding(result), [
    suiteSection(result),
    ...sections,
    methodSection(result),
  ]);
}

/** One picture of all kernels. Empty for a single kernel. */
function suiteSection(result: ScalingResult): string {
  const figures = figuresHtml([suiteFigure(result)]);
  return figures === "" ? "" : element("section", {}, sectionHeading("All kernels"), figures);
}

function kernelSection(kernel: KernelRun, result: ScalingResult): string {
  const heading = sectionHeading(`${kernel.id}: ${kernel.title}`, subjectDoubt(result, kernel.id));
  if (kernel.wrong !== undefined) {
    return element(
      "section",
      { class: "invalid" },
      heading,
      element("p", {}, `<b>Void</b>: wrong answer, ${escapeMarkup(kernel.wrong)}`),
    );
  }
  const levels = result.levels.filter((level) => level.kernel === kernel.id);
  const derived = result.results.find((candidate) => candidate.kernel === kernel.id);
  if (derived === undefined || levels.length === 0)
    return element("section", {}, heading, element("p", {}, "Nothing was measured."));
  const facts = definitions([
    ["serial loop", time(derived.serialNs)],
    ...lawFacts(derived, result.design.mode),
    ["check", result.design.verify ? `verified in every cell against ${kernel.source}` : "not verified"],
    [
      "rounds",
      `${kernel.rounds}, ended by ${kernel.stoppedBy}; a cell is ${kernel.copies} × ${kernel.chunks} chunks (${kernel.size})`,
    ],
  ]);
  return element(
    "section",
    {},
    heading,
    figuresHtml(kernelFigures(derived, result)),
    htmlTable(
      `${kernel.id}, by count of workers${levels.some((level) => level.oversubscribed) ? "; over: more workers than CPUs" : ""}`,
      [levelHead, ...levels.map((level) => levelCells(level, result))],
    ),
    facts,
  );
}

const ceilings = {
  native: "even work on C threads in the same rounds",
  wasm: "even work in WebAssembly in the same rounds; no C compiler",
  none: "not measured",
} as const;

function methodSection({ design, context, durationNs }: ScalingResult): string {
  return element(
    "section",
    {},
    sectionHeading("Method"),
    element(
      "p",
      {},
      "Each round runs every cell once in random order, the serial loop among them. Times are end to end: from the call until all results are back. Speed-up is the serial loop's time over the level's time: the median of this ratio over the rounds, with the exact interval of that median.",
    ),
    definitions([
      ["seed", String(design.seed)],
      ["scaling", `${design.mode}, ${design.backend} workers`],
      ["ceiling", ceilings[design.ceiling]],
      ["levels", design.levels.join(", ")],
      [
        "stop rule",
        `±${percent(design.targetError)} for every speed-up, ${formatDuration(design.maxTimeNs)} or ${design.maxRounds} rounds a kernel`,
      ],
      ["took", formatDuration(durationNs)],
      ["CPUs", describeUsableCpus(context.cpus)],
      ["clock source", context.clocksource],
      ["governor", context.governor],
      ["load when it began", context.loadAverage.toFixed(2)],
    ]),
  );
}
