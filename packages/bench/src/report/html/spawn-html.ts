import { formatDuration } from "../../base/duration.ts";
import type { Ballast, SpawnResult } from "../../base/spawn-result.ts";
import {
  ballastsOf,
  ballastWords,
  crowdRows,
  parentWords,
  spawnCells,
  spawnFinding,
  spawnHead,
  summarisedRows,
} from "../data/spawn-rows.ts";
import { choiceRows } from "../data/start-method-figures.ts";
import { ballastFigures, crowdFigure, lifeFigures, memoryFigure, startMethodFigure } from "../picture/spawn-figures.ts";
import { figuresHtml } from "../svg/figure.ts";
import { element, escapeMarkup } from "../svg/svg.ts";
import { page, sectionHeading } from "./page.ts";
import { definitions, htmlTable } from "./table.ts";

/** Formats the run as a page. */
export function spawnHtml(result: SpawnResult): string {
  const [first, ...further] = ballastsOf(result).map((ballast) => ballastSection(result, ballast));
  return page(result, "What a child costs", spawnFinding(result), [
    choiceSection(result),
    ...(first === undefined ? [] : [first]),
    growthSection(result),
    crowdSection(result),
    ...further,
    missingSection(result),
    methodSection(result),
  ]);
}

/** One picture, one sentence and a table of when to choose which start method. */
function choiceSection(result: SpawnResult): string {
  const figures = figuresHtml([startMethodFigure(result)]);
  if (figures === "") return "";
  return element(
    "section",
    {},
    sectionHeading("Fork, spawn, thread: which to choose"),
    figures,
    htmlTable("When to choose which start method", choiceRows(result)),
  );
}

function ballastSection(result: SpawnResult, ballast: Ballast): string {
  const words = ballastWords(ballast);
  const figures = lifeFigures(result, ballast);
  if (figures.length === 0) return "";
  const entries = summarisedRows(result.rows.filter((row) => ballastWords(row.ballast) === words));
  return element(
    "section",
    {},
    sectionHeading(`One child, the parent holding ${words}`),
    figuresHtml(figures),
    element("p", { class: "faint" }, escapeMarkup(parentWords(result, ballast))),
    htmlTable(`Time from the call, the parent holding ${words}`, [spawnHead, ...entries.map(spawnCells)]),
  );
}

function growthSection(result: SpawnResult): string {
  const figures = figuresHtml(ballastFigures(result));
  return figures === "" ? "" : element("section", {}, sectionHeading("Growth with the parent's memory"), figures);
}

function crowdSection(result: SpawnResult): string {
  const rows = crowdRows(result.rows);
  const figures = figuresHtml([crowdFigure(result), memoryFigure(result)]);
  if (rows.length === 0 && figures === "") return "";
  const text =
    "At once: time a child when all are made together. A live one adds: how much longer the next child takes for each idle one.";
  return element(
    "section",
    {},
    sectionHeading("Many children"),
    figures,
    ...(rows.length === 0 ? [] : [htmlTable("What many children cost", rows), element("p", { class: "faint" }, text)]),
  );
}

/** Ways that were asked for and are not there: a row says why, and is never an error. */
function missingSection(result: SpawnResult): string {
  const missing = new Map(
    result.rows.flatMap(({ method, unavailable }) =>
      unavailable === undefined ? [] : [[method, unavailable] as const],
    ),
  );
  if (missing.size === 0) return "";
  return element("section", {}, sectionHeading("Not available here"), definitions([...missing]));
}

function methodSection({ design, context, durationNs }: SpawnResult): string {
  const text =
    "One child at a time, all methods in every round in a random order. Stamps are of one monotonic clock: the call, its return (blocked), the first instruction of the child's own (boot), seen in the parent (ready), the answer to its job in the parent (answer), reaped (end). Each method first makes one that is not counted. C and Python make children of programs of their own.";
  return element(
    "section",
    {},
    sectionHeading("Method"),
    element("p", {}, escapeMarkup(text)),
    definitions([
      ["seed", String(design.seed)],
      ["rounds", `${design.rounds}, ended by ${design.stoppedBy}`],
      ["took", formatDuration(durationNs)],
      ["libuv", `${context.uv}: it forks to spawn before it uses posix_spawn, so a newer one may block for less`],
    ]),
  );
}
