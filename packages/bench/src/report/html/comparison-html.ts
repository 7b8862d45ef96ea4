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
import { element } from "../svg/svg.ts";
import { pageOf, sectionHeading } from "./page.ts";
import { htmlTable } from "./table.ts";

/** Two runs, with the names that the user gave, and the comparison of each value that both have. */
export interface Compared {
  readonly earlier: string;
  readonly later: string;
  readonly comparisons: readonly Comparison[];
  /** The largest change that counts as none, as a share. */
  readonly threshold: number;
}

/** Formats comparisons as a page in one file: a forest plot of the largest changes, and the table of all. */
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

/** The result in one sentence: the largest certain change. */
export function comparisonFinding(comparisons: readonly Comparison[]): string {
  if (comparisons.length === 0) return "Nothing in common to compare.";
  const changed = comparisons.filter(isChange);
  const [most] = ranked(changed);
  const counts = comparisonCounts(comparisons);
  return most === undefined
    ? `No certain change: ${counts}.`
    : `Most ${most.verdict}: ${most.name}, ${factor(most.ratio.value)} times what it was; ${counts}.`;
}

function section({ earlier, later, comparisons, threshold }: Compared): string {
  const all = ranked(comparisons);
  const changes = foremost(all);
  // Without a certain change, the largest uncertain ones are drawn.
  const drawn = changes.length === 0 ? all.slice(0, 20) : changes;
  const rest = all.length - drawn.length;
  return element(
    "section",
    {},
    sectionHeading(`${earlier} → ${later}`),
    figuresHtml([
      {
        name: "forest",
        title: rest > 0 ? `The ${drawn.length} largest changes` : "All values that both runs have",
        drawing: forestPicture(drawn, threshold),
        caption: `Each mark is a ratio, later over earlier, on the line of its 95 % interval; in the shaded band a change does not matter. Triangles are certain changes and point up for an improvement; hollow circles are uncertain.${rest > 0 ? ` The table of all ${all.length} has the others too.` : ""}`,
      },
    ]),
    all.length === 0 ? "" : htmlTable(comparisonLegend(threshold), comparisonRows(drawn)),
    // Hundreds of rows: folded, and not printed.
    rest > 0
      ? element(
          "details",
          {},
          element("summary", {}, `All ${all.length} rows`),
          htmlTable("All values that both runs have", comparisonRows(all)),
        )
      : "",
  );
}
