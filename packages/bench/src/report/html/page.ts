import { environmentLine } from "../../base/environment.ts";
import type { Result } from "../../base/result-file.ts";
import { describeUsableCpus } from "../../base/usable-cpus.ts";
import type { Warning } from "../../base/warning.ts";
import { type Doubt, doubtWords, headlineDoubt } from "../data/doubt.ts";
import { anchorOf } from "../svg/figure.ts";
import { element, escapeMarkup } from "../svg/svg.ts";
import { copyScript } from "./copy-script.ts";
import { glossarySection } from "./glossary-section.ts";
import { stylesheet } from "./stylesheet.ts";

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  /** Lines under the title: the environment and the date. */
  readonly about: readonly string[];
  /** The result in one sentence. */
  readonly lead: string;
  /** What makes the lead less reliable. */
  readonly doubt?: ReturnType<typeof headlineDoubt>;
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
  const doubt = headlineDoubt(result);
  return pageOf({ title, about, lead, doubt, sections: [...sections, warningSection(warnings)], tool, data: result });
}

/** A page in one file. It loads nothing; its only script copies pictures and tables. */
export function pageOf({ title, about, lead, doubt, sections, tool, data: kept }: PageParts): string {
  // Names come from users: an end tag or a comment in them must not reach the HTML parser.
  const data = JSON.stringify(kept).replaceAll("<", "\\u003c");
  const summary = doubt === undefined ? lead : `${doubt.severity}: ${lead}`;
  const meta = (key: "name" | "property", name: string, content: string) =>
    element("meta", { [key]: name, content: shortened(content) });
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element("title", {}, escapeMarkup(shortened(`${title}: ${summary}`))),
    meta("name", "description", `${summary} ${about.join(" · ")}`),
    meta("property", "og:title", `${title}: ${summary}`),
    meta("property", "og:description", about.join(" · ")),
    meta("property", "og:type", "article"),
    element("style", {}, stylesheet),
    "</head><body><header>",
    element("h1", {}, escapeMarkup(title)),
    ...about.map((line) => element("p", { class: "faint" }, escapeMarkup(line))),
    element("p", { class: "lead" }, doubt === undefined ? "" : `${badge(doubt, "doubts")} `, escapeMarkup(lead)),
    doubt === undefined ? "" : element("p", { class: "why" }, escapeMarkup(doubtWords(doubt))),
    "</header><main>",
    ...sections,
    glossarySection(sections.join("")),
    "</main><footer>",
    escapeMarkup(
      `${tool.name} ${tool.version}. This file contains the whole result, as JSON in the element with the id "result".`,
    ),
    "</footer>",
    `<script type="application/json" id="result">${data}</script>${copyScript}</body></html>\n`,
  ].join("\n");
}

/** Link previews show about this many letters. */
function shortened(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 299)}…`;
}

/** The heading of a section, with a permalink, and with the badge of a doubt. */
export function sectionHeading(text: string, doubt?: Doubt): string {
  const id = anchorOf(text);
  const link = element("a", { class: "permalink", href: `#${id}`, "aria-label": `Link to ${text}` }, "#");
  return element(
    "h2",
    { id },
    escapeMarkup(text),
    doubt === undefined ? "" : ` ${badge(doubt, "doubts")}`,
    `\u00a0${link}`,
  );
}

/** The severity of a doubt, as a link to the list of warnings. */
function badge({ severity, text }: Doubt, target: string): string {
  return element("a", { class: `badge ${severity}`, href: `#${target}`, title: text }, severity);
}

/** Formats an ISO 8601 time as date and minute in UTC. */
function minuteOf(startedAt: string): string {
  return `${startedAt.slice(0, 16).replace("T", " ")} UTC`;
}

function warningSection(warnings: readonly Warning[]): string {
  if (warnings.length === 0) return "";
  const items = warnings.map(({ severity, subject, text }) => {
    const words = escapeMarkup(`${subject === undefined ? "" : `${subject}: `}${text}`);
    return element("li", { class: severity }, `${element("b", {}, severity)} ${words}`);
  });
  return element(
    "section",
    { id: "doubts" },
    sectionHeading("What weakens these numbers"),
    element("ul", { class: "warnings" }, ...items),
  );
}
