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

/** The id of a place in a page: letters and digits of a name, joined by dashes. */
export function anchorOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 80);
}

function figureHtml({ name, title, drawing, caption }: Figure): string {
  const id = `figure-${anchorOf(name)}`;
  const link = element("a", { class: "permalink", href: `#${id}`, "aria-label": `Link to ${title}` }, "#");
  return element(
    "figure",
    { id },
    element("h3", {}, `${escapeMarkup(title)}\u00a0${link}`),
    element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title }, drawing),
    element("p", { class: "sideways" }, "Scroll sideways for the whole picture."),
    element("figcaption", {}, escapeMarkup(caption)),
  );
}
