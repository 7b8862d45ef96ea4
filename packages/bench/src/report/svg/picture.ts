import { element, escapeMarkup } from "./svg.ts";

/** A whole picture: its size, a description for screen readers, and its marks. */
export function picture(
  size: { width: number; height: number },
  words: { title: string; description: string },
  ...marks: readonly string[]
): string {
  const { width, height } = size;
  return element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, role: "img", class: "picture" },
    element("title", {}, escapeMarkup(words.title)),
    element("desc", {}, escapeMarkup(words.description)),
    ...marks,
  );
}
