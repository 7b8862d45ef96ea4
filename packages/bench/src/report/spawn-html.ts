import { formatDuration } from "../base/duration.ts";
import type { SpawnResult, SpawnRow } from "../base/spawn-result.ts";
import { ballastPicture } from "./ballast-picture.ts";
import { ecdfPicture } from "./ecdf-picture.ts";
import { memoryPicture } from "./memory-picture.ts";
import { definitions, htmlTable, page } from "./page.ts";
import { phasePicture } from "./phase-picture.ts";
import {
  ballastsOf,
  ballastWords,
  crowdRows,
  parentWords,
  spawnCells,
  spawnHead,
  summarisedRows,
} from "./spawn-text.ts";
import { element, escapeMarkup } from "./svg.ts";

/** The run as a page. */
export function spawnHtml(result: SpawnResult): string {
  const sections = ballastsOf(result).map((ballast) => ballastSection(result, ballastWords(ballast)));
  return page(result, "What a child costs", lead(result), [
    ...sections,
    ballastGrowth(result),
    memorySection(result),
    methodSection(result),
  ]);
}

function lead(result: SpawnResult): string {
  const [first] = ballastsOf(result);
  const rows = result.rows.filter((row) => first !== undefined && ballastWords(row.ballast) === ballastWords(first));
  const best = summarisedRows(rows).filter(({ row }) => row.family === "manyhands" || row.family === "node");
  const words = best.slice(0, 6).map(({ row, summary }) => `${row.method} ${formatDuration(summary.gone.p50)}`);
  return words.length === 0 ? "Nothing was measured." : `From call to gone, medians: ${words.join(", ")}.`;
}

function ballastSection(result: SpawnResult, words: string): string {
  const entries = summarisedRows(result.rows.filter((row) => ballastWords(row.ballast) === words));
  if (entries.length === 0) return "";
  const series = entries.map(({ row }) => ({
    name: row.method,
    values: row.births.map((birth) => birth.goneNs),
    dashed: row.family === "native" || row.family === "python",
  }));
  const caption = (text: string) => element("figcaption", {}, text);
  return element(
    "section",
    {},
    element("h2", {}, escapeMarkup(`One child, the parent holding ${words}`)),
    element(
      "div",
      { class: "pictures" },
      element(
        "figure",
        {},
        phasePicture(entries),
        caption("Median phases of one child's life; the thin line reaches to the ninetieth percentile of its end."),
      ),
      element(
        "figure",
        {},
        ecdfPicture("From call to gone", series),
        caption("How many children were gone by when; C and Python dashed."),
      ),
    ),
    element("p", { class: "faint" }, escapeMarkup(parentWords(result, (entries[0] as { row: SpawnRow }).row.ballast))),
    htmlTable([spawnHead, ...entries.map(spawnCells)]),
  );
}

function ballastGrowth(result: SpawnResult): string {
  const drawing = ballastPicture(result.rows);
  if (drawing === "") return "";
  const text = "A fork copies the page tables of what is mapped; V8 keeps its heap out of that, buffers it does not.";
  return element(
    "section",
    {},
    element("h2", {}, "Growth with the parent's memory"),
    element("figure", {}, drawing, element("figcaption", {}, escapeMarkup(text))),
  );
}

function memorySection(result: SpawnResult): string {
  const drawing = memoryPicture(result.rows);
  if (drawing === "") return "";
  const text =
    "PSS is the slope of the whole family's proportional set over the count of idle children; for threads, of the process's own. At once: time a child when all are made together. A live one adds: how much longer the next child takes for each idle one.";
  return element(
    "section",
    {},
    element("h2", {}, "Many children"),
    element("figure", {}, drawing, element("figcaption", {}, escapeMarkup(text))),
    htmlTable(crowdRows(result.rows)),
  );
}

function methodSection({ design, context, durationNs }: SpawnResult): string {
  const text =
    "One child at a time, all methods in every round in a random order. Stamps are of one monotonic clock: the call, its return (blocked), the first instruction of the child's own (boot), seen in the parent (ready), the answer to its job in the parent (answer), reaped (end). Each method first makes one that is not counted. C and Python make children of programs of their own.";
  return element(
    "section",
    {},
    element("h2", {}, "Method"),
    element("p", {}, escapeMarkup(text)),
    definitions([
      ["seed", String(design.seed)],
      ["rounds", `${design.rounds}, ended by ${design.stoppedBy}`],
      ["took", formatDuration(durationNs)],
      ["libuv", `${context.uv}: it forks to spawn before it uses posix_spawn, so a newer one may block for less`],
    ]),
  );
}
