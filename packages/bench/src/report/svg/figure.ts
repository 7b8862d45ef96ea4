import { element, escapeMarkup } from "./svg.ts";

/** A picture with what it is called and what to read from it: in a page or as a file of its own. */
export interface Figure {
  /** Kebab-case, unique in a result: names the file. */
  readonly name: string;
  readonly title: string;
  /** SVG. */
  readonly drawing: string;
  /** How to read it, and what it says here. */
  readonly caption: string;
}

/** Figures side by side where there is room; those without a drawing had nothing to show. */
export function figuresHtml(figures: readonly Figure[]): string {
  const drawn = figures.filter(({ drawing }) => drawing !== "");
  return drawn.length === 0 ? "" : element("div", { class: "figures" }, ...drawn.map(figureHtml));
}

function figureHtml({ title, drawing, caption }: Figure): string {
  return element(
    "figure",
    {},
    element("h3", {}, escapeMarkup(title)),
    element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title }, drawing),
    element("figcaption", {}, escapeMarkup(caption)),
  );
}
