import { environmentLine } from "../../base/environment.ts";
import type { Result } from "../../base/result-file.ts";
import { describeUsableCpus } from "../../base/usable-cpus.ts";
import type { Warning } from "../../base/warning.ts";
import { element, escapeMarkup } from "../svg/svg.ts";
import { stylesheet } from "./stylesheet.ts";

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  /** Lines under the title: the environment and the date. */
  readonly about: readonly string[];
  /** The result in one sentence. */
  readonly lead: string;
  /** Markup. */
  readonly sections: readonly string[];
  /** The tool that made the page, with its version. */
  readonly tool: { readonly name: string; readonly version: string };
  /** Stored in the page as JSON, for programs. */
  readonly data: unknown;
}

/** The report of a result, in one file. */
export function page(result: Result, title: string, lead: string, sections: readonly string[]): string {
  const { context, tool, startedAt, warnings } = result;
  const about = [`${environmentLine(context)} · ${minuteOf(startedAt)}`, describeUsableCpus(context.cpus)];
  return pageOf({ title, about, lead, sections: [...sections, warningSection(warnings)], tool, data: result });
}

/** A page in one file. It needs no script and loads nothing. */
export function pageOf({ title, about, lead, sections, tool, data: kept }: PageParts): string {
  // Names come from users: an end tag or a comment in them must not reach the HTML parser.
  const data = JSON.stringify(kept).replaceAll("<", "\\u003c");
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element("title", {}, escapeMarkup(title)),
    element("style", {}, stylesheet),
    "</head><body><header>",
    element("h1", {}, escapeMarkup(title)),
    ...about.map((line) => element("p", { class: "faint" }, escapeMarkup(line))),
    element("p", { class: "lead" }, escapeMarkup(lead)),
    "</header><main>",
    ...sections,
    "</main><footer>",
    escapeMarkup(
      `${tool.name} ${tool.version}. This file contains the whole result, as JSON in the element with the id "result".`,
    ),
    "</footer>",
    `<script type="application/json" id="result">${data}</script></body></html>\n`,
  ].join("\n");
}

/** Formats an ISO 8601 time as date and minute in UTC. */
function minuteOf(startedAt: string): string {
  return `${startedAt.slice(0, 16).replace("T", " ")} UTC`;
}

/** A table with its caption. The first row is the head, the first column names each row. Cells are text. */
export function htmlTable(caption: string, rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const cell = (text: string, at: number) =>
    at === 0 ? element("th", { scope: "row" }, escapeMarkup(text)) : element("td", {}, escapeMarkup(text));
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, escapeMarkup(caption)),
      element(
        "thead",
        {},
        element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, escapeMarkup(text)))),
      ),
      element("tbody", {}, ...body.map((row) => element("tr", {}, ...row.map(cell)))),
    ),
  );
}

/** A list of terms with their definitions. */
export function definitions(pairs: readonly (readonly [string, string])[]): string {
  const items = pairs.map(
    ([term, text]) => element("dt", {}, escapeMarkup(term)) + element("dd", {}, escapeMarkup(text)),
  );
  return element("dl", {}, ...items);
}

function warningSection(warnings: readonly Warning[]): string {
  if (warnings.length === 0) return "";
  const items = warnings.map(({ severity, subject, text }) => {
    const words = escapeMarkup(`${subject === undefined ? "" : `${subject}: `}${text}`);
    return element("li", { class: severity }, `${element("b", {}, severity)} ${words}`);
  });
  return element(
    "section",
    {},
    element("h2", {}, "What weakens these numbers"),
    element("ul", { class: "warnings" }, ...items),
  );
}
