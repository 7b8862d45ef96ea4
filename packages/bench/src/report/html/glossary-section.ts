import { glossary } from "../data/glossary.ts";
import { anchorOf } from "../svg/figure.ts";
import { element, escapeMarkup } from "../svg/svg.ts";

/** The definitions of the terms that a page links to. Empty when it links to none. */
export function glossarySection(markup: string): string {
  const used = Object.entries(glossary).filter(([name]) => markup.includes(`href="#term-${anchorOf(name)}"`));
  if (used.length === 0) return "";
  const items = used.map(
    ([name, text]) =>
      element("dt", { id: `term-${anchorOf(name)}` }, escapeMarkup(name)) + element("dd", {}, escapeMarkup(text)),
  );
  return element("section", { class: "terms" }, element("h2", { id: "terms" }, "Terms"), element("dl", {}, ...items));
}
