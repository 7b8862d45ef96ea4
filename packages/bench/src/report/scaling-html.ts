import { formatDuration } from "../base/duration.ts";
import type { KernelResult, KernelRun, ScalingResult } from "../base/scaling-result.ts";
import { describeUsableCpus } from "../base/usable-cpus.ts";
import { amdahlWords, uslWords } from "./finding.ts";
import { lossPicture } from "./loss-picture.ts";
import { factor, percent, range, time } from "./number.ts";
import { definitions, htmlTable, page } from "./page.ts";
import { roundsPicture } from "./rounds-picture.ts";
import { speedUpPicture } from "./speed-up-picture.ts";
import { element, escapeMarkup } from "./svg.ts";
import { timelinePicture } from "./timeline-picture.ts";

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
  const facts = definitions([
    ["serial loop", time(derived.serialNs)],
    [
      "pool tax",
      derived.poolTax === undefined
        ? "not measured"
        : `${percent(derived.poolTax.value)} (${range(derived.poolTax, percent)})`,
    ],
    ...lawDefinitions(derived, result.design.mode),
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
    element("div", { class: "pictures" }, element("figure", {}, drawing, caption()), element("div", {}, facts)),
    levelTable(levels),
    element("div", { class: "pictures three" }, ...furtherFigures(levels, cells)),
  );
}

/** The laws in a definition list: what is before the colon is the term. */
function lawDefinitions(
  { amdahl, usl, gustafson }: KernelResult,
  mode: "strong" | "weak",
): (readonly [string, string])[] {
  const split = (words: string) => words.split(/: (.*)/s).slice(0, 2) as [string, string];
  const share = gustafson?.serialShare;
  return [
    ...(mode === "strong" ? [split(amdahlWords(amdahl))] : []),
    ...(usl === undefined ? [] : [split(uslWords(usl))]),
    ...(share === undefined
      ? []
      : [["Gustafson", `serial share ${percent(share.value)} (${range(share, percent)})`] as const]),
  ];
}

function furtherFigures(levels: ScalingResult["levels"], cells: ScalingResult["cells"]): string[] {
  const fullest = cells.filter((cell) => cell.role === "pool" && !cell.oversubscribed).at(-1);
  const figures = [
    [lossPicture(levels), "Where the workers' time went; the useful share is the efficiency."],
    [
      fullest === undefined ? "" : timelinePicture(fullest),
      "The workers of the most typical round at the fullest use of the CPUs; waiting for a CPU is drawn at the end.",
    ],
    [
      roundsPicture(cells),
      "Every sample against its own cell's median, in the order taken: a slope is drift, a spike a disturbance.",
    ],
  ] as const;
  return figures.flatMap(([drawing, words]) =>
    drawing === "" ? [] : [element("figure", {}, drawing, element("figcaption", {}, escapeMarkup(words)))],
  );
}

function caption(): string {
  const text =
    "Small dots are rounds in time order, large ones the ratio of medians, bars its 95 % interval; dotted is the machine's ceiling; hollow means more workers than CPUs.";
  return element("figcaption", {}, text);
}

function levelTable(levels: ScalingResult["levels"]): string {
  const rows = levels.map((level) => [
    `${level.workers}${level.oversubscribed ? " (oversubscribed)" : ""}`,
    formatDuration(level.timeNs.value),
    factor(level.speedUp.ofMedians),
    range(level.speedUp, factor),
    percent(level.speedUp.ofMedians / level.workers),
    level.machineEfficiency === undefined ? "n/a" : percent(level.machineEfficiency.value),
    level.karpFlatt === undefined ? "" : percent(level.karpFlatt.value),
  ]);
  return htmlTable([["workers", "time", "speed-up", "95 % interval", "of ideal", "of machine", "Karp–Flatt"], ...rows]);
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
    element("h2", {}, "Method"),
    element(
      "p",
      {},
      "Each round runs every cell once in random order, the serial loop among them. Times are end to end: from the call until all results are back. Speed-up is the serial loop's time over the level's time; intervals are Hodges–Lehmann on paired log-ratios with exact signed ranks.",
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
