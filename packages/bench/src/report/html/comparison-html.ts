import type { Comparison } from "../../base/comparison.ts";
import { tool } from "../../base/tool.ts";
import {
  comparisonCounts,
  comparisonLegend,
  comparisonRows,
  foremost,
  isChange,
  ranked,
} from "../data/comparison-rows.ts";
import { factor } from "../data/format-number.ts";
import { forestPicture } from "../picture/forest-picture.ts";
import { figuresHtml } from "../svg/figure.ts";
import { element, escapeMarkup } from "../svg/svg.ts";
import { htmlTable, pageOf } from "./page.ts";

/** Two runs, named as the user did, and what became of everything that both have. */
export interface Compared {
  readonly earlier: string;
  readonly later: string;
  readonly comparisons: readonly Comparison[];
  /** The change that does not matter, as a share. */
  readonly threshold: number;
}

/** Comparisons as a page of one file: a forest plot of the largest changes, and the table of all. */
export function comparisonHtml(compared: readonly Compared[]): string {
  return pageOf({
    title: "What changed",
    about: compared.map(({ earlier, later }) => `${earlier} → ${later}`),
    lead: compared.map(({ comparisons }) => comparisonFinding(comparisons)).join(" "),
    sections: compared.map(section),
    tool,
    data: compared,
  });
}

/** The answer in one sentence: the largest change of those that are sure. */
export function comparisonFinding(comparisons: readonly Comparison[]): string {
  if (comparisons.length === 0) return "Nothing in common to compare.";
  const changed = comparisons.filter(isChange);
  const [most] = ranked(changed);
  const counts = comparisonCounts(comparisons);
  return most === undefined
    ? `No sure change: ${counts}.`
    : `Most ${most.verdict}: ${most.name}, ${factor(most.ratio.value)} times what it was; ${counts}.`;
}

function section({ earlier, later, comparisons, threshold }: Compared): string {
  const all = ranked(comparisons);
  const changes = foremost(all);
  // Where nothing surely changed, what may have is worth a look.
  const drawn = changes.length === 0 ? all.slice(0, 20) : changes;
  const rest = all.length - drawn.length;
  return element(
    "section",
    {},
    element("h2", {}, escapeMarkup(`${earlier} → ${later}`)),
    figuresHtml([
      {
        name: "forest",
        title: rest > 0 ? `The ${drawn.length} largest changes` : "Everything that both have",
        drawing: forestPicture(drawn, threshold),
        caption: `Each mark is a ratio, later over earlier, on the line of its 95 % interval; in the shaded band a change does not matter. Triangles are sure, and point up where it got better; hollow circles are not sure.${rest > 0 ? ` The table of all ${all.length} has the others too.` : ""}`,
      },
    ]),
    all.length === 0 ? "" : htmlTable(comparisonLegend(threshold), comparisonRows(drawn)),
    // Hundreds of rows are for who looks for one, and not for paper.
    rest > 0
      ? element(
          "details",
          {},
          element("summary", {}, `All ${all.length} rows`),
          htmlTable("Everything that both have", comparisonRows(all)),
        )
      : "",
  );
}
