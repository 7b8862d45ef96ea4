import { element, escapeMarkup } from "./svg.ts";

/** A picture with title and caption, for a page or as a separate file. */
export interface Figure {
  /** The file's name in kebab-case, unique in a result. */
  readonly name: string;
  readonly title: string;
  /** SVG. */
  readonly drawing: string;
  /** How to read the picture, and its result. */
  readonly caption: string;
}

/** Places figures side by side. Figures without a drawing are omitted. */
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
