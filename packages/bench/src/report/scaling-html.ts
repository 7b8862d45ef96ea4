import { formatDuration } from "../base/duration.ts";
import type { KernelRun, ScalingResult } from "../base/scaling-result.ts";
import { describeUsableCpus } from "../base/usable-cpus.ts";
import { factor, percent, range, time } from "./number.ts";
import { definitions, htmlTable, page } from "./page.ts";
import { speedUpPicture } from "./speed-up-picture.ts";
import { element, escapeMarkup } from "./svg.ts";

/** The run as a page. */
export function scalingHtml(result: ScalingResult): string {
  const sections = result.kernels.map((kernel) => kernelSection(kernel, result));
  return page(result, "Core scaling", lead(result), [...sections, methodSection(result)]);
}

/** The answer in one sentence: the fullest use of the CPUs that are there. */
function lead(result: ScalingResult): string {
  const best = result.results.flatMap(({ kernel }) => {
    const top = result.levels.filter((level) => level.kernel === kernel && !level.oversubscribed).at(-1);
    return top === undefined
      ? []
      : [`${kernel} ${factor(top.speedUp.ofMedians)} times as fast with ${top.workers} workers`];
  });
  return best.length === 0 ? "Nothing was measured." : `${best.join("; ")}.`;
}

function kernelSection(kernel: KernelRun, result: ScalingResult): string {
  const heading = element("h2", {}, escapeMarkup(`${kernel.id}: ${kernel.title}`));
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
  const cells = result.cells.filter((cell) => cell.kernel === kernel.id);
  const drawing = speedUpPicture({
    title: kernel.id,
    usable: result.context.cpus.usable,
    levels,
    cells,
    result: derived,
  });
  const amdahl =
    derived.amdahl === undefined
      ? "not identified: it needs three levels within the usable CPUs"
      : `serial share ${percent(derived.amdahl.serialShare.value)} (${range(derived.amdahl.serialShare, percent)}), limit ${factor(derived.amdahl.limit)}`;
  const facts = definitions([
    ["serial loop", time(derived.serialNs)],
    [
      "pool tax",
      derived.poolTax === undefined
        ? "not measured"
        : `${percent(derived.poolTax.value)} (${range(derived.poolTax, percent)})`,
    ],
    ["Amdahl", amdahl],
    ["answer", `verified in every cell against ${kernel.source}`],
    [
      "rounds",
      `${kernel.rounds}, ended by ${kernel.stoppedBy}; a cell is ${kernel.copies} × ${kernel.chunks} chunks (${kernel.size})`,
    ],
  ]);
  return element(
    "section",
    {},
    heading,
    element(
      "div",
      { class: "pictures" },
      element("figure", {}, drawing, caption()),
      element("div", {}, facts, levelTable(levels)),
    ),
  );
}

function caption(): string {
  const text =
    "Small dots are rounds in time order, large ones the ratio of medians, bars its 95 % interval; hollow means more workers than CPUs.";
  return element("figcaption", {}, text);
}

function levelTable(levels: ScalingResult["levels"]): string {
  const rows = levels.map((level) => [
    `${level.workers}${level.oversubscribed ? " (oversubscribed)" : ""}`,
    formatDuration(level.timeNs.value),
    factor(level.speedUp.ofMedians),
    range(level.speedUp, factor),
    percent(level.speedUp.ofMedians / level.workers),
    level.karpFlatt === undefined ? "" : percent(level.karpFlatt.value),
  ]);
  return htmlTable([["workers", "time", "speed-up", "95 % interval", "efficiency", "Karp–Flatt"], ...rows]);
}

function methodSection({ design, context, durationNs }: ScalingResult): string {
  return element(
    "section",
    {},
    element("h2", {}, "Method"),
    element(
      "p",
      {},
      "Each round runs every cell once in random order, the serial loop among them. Times are end to end: from the call until all results are back. Speed-up is the serial loop's time over the level's time; intervals are Hodges–Lehmann on paired log-ratios with exact signed ranks.",
    ),
    definitions([
      ["seed", String(design.seed)],
      ["scaling", `${design.mode}, ${design.backend} workers`],
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
