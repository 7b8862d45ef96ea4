import { environmentLine } from "../base/environment.ts";
import type { Result } from "../base/result-file.ts";
import { describeUsableCpus } from "../base/usable-cpus.ts";
import type { Warning } from "../base/warning.ts";
import { stylesheet } from "./stylesheet.ts";
import { element, escapeMarkup } from "./svg.ts";

/** A report in one file: no script is needed to read it, and nothing is fetched. */
export function page(result: Result, title: string, lead: string, sections: readonly string[]): string {
  const { context, tool, startedAt } = result;
  // Inside a script element only "</" could end the data early.
  const data = JSON.stringify(result).replaceAll("</", "<\\/");
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element("title", {}, escapeMarkup(title)),
    element("style", {}, stylesheet),
    "</head><body><header>",
    element("h1", {}, escapeMarkup(title)),
    element("p", { class: "faint" }, escapeMarkup(environmentLine(context))),
    element("p", { class: "faint" }, escapeMarkup(describeUsableCpus(context.cpus))),
    element("p", { class: "lead" }, escapeMarkup(lead)),
    "</header><main>",
    ...sections,
    warningSection(result.warnings),
    "</main><footer>",
    escapeMarkup(`${tool.name} ${tool.version}, ${startedAt}`),
    "</footer>",
    `<script type="application/json" id="result">${data}</script></body></html>\n`,
  ].join("\n");
}

/** A table; the first row is the head. Cells are text. */
export function htmlTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const cells = (name: string, row: readonly string[]) =>
    row.map((cell) => element(name, {}, escapeMarkup(cell))).join("");
  return element(
    "div",
    { class: "scroll" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, cells("th", head))),
      element("tbody", {}, ...body.map((row) => element("tr", {}, cells("td", row)))),
    ),
  );
}

/** A list of terms with what they mean here. */
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
