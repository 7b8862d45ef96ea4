import { cellText, doubtLegend, hasDoubt, type TableCell } from "../data/doubt.ts";
import { glossary } from "../data/glossary.ts";
import { anchorOf } from "../svg/figure.ts";
import { element, escapeMarkup } from "../svg/svg.ts";

/** A table with its caption. The first row is the head, the first column names each row. */
export function htmlTable(caption: string, rows: readonly (readonly TableCell[])[]): string {
  const [head = [], ...body] = rows;
  // Columns of words are aligned left, with their heads.
  const isWords = head.map((_, at) =>
    body.some((row) => /^\p{L}[\p{L}\p{P}]* \p{L}{2}/u.test(cellText(row[at] ?? ""))),
  );
  const align = (at: number) => (isWords[at] ? "words" : undefined);
  return (
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
      element(
        "table",
        {},
        element("caption", {}, escapeMarkup(caption)),
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...head.map((cell, at) => element("th", { scope: "col", class: align(at) }, term(cellText(cell)))),
          ),
        ),
        element(
          "tbody",
          {},
          ...body.map((row) => element("tr", {}, ...row.map((cell, at) => tableCell(cell, at, align(at))))),
        ),
      ),
    ) + (hasDoubt(body) ? element("p", { class: "faint" }, doubtLegend) : "")
  );
}

function tableCell(cell: TableCell, at: number, align: string | undefined): string {
  if (at === 0) return element("th", { scope: "row" }, escapeMarkup(cellText(cell)));
  if (typeof cell === "string") return element("td", { class: align }, escapeMarkup(cell));
  return element("td", { class: cell.doubt.severity, title: cell.doubt.text }, escapeMarkup(cellText(cell)));
}

/** A list of terms with their definitions. */
export function definitions(pairs: readonly (readonly [string, string])[]): string {
  const items = pairs.map(([name, text]) => element("dt", {}, term(name)) + element("dd", {}, escapeMarkup(text)));
  return element("dl", {}, ...items);
}

/** A term, linked to the glossary when that explains it. */
function term(name: string): string {
  if (!(name in glossary)) return escapeMarkup(name);
  return element("a", { class: "term", href: `#term-${anchorOf(name)}`, title: glossary[name] }, escapeMarkup(name));
}
