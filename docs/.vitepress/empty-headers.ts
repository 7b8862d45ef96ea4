import type { MarkdownRenderer } from "vitepress";

/** Makes plain cells of the empty heads of tables: a screen reader would announce a head without a text. */
export function useEmptyHeaders(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("empty-headers", ({ tokens }) => {
    tokens.forEach((token, i) => {
      if (token.type !== "th_open" || tokens[i + 1]?.content !== "") return;
      token.tag = "td";
      (tokens[i + 2] as typeof token).tag = "td";
    });
  });
}
