import type { Comparison, Verdict } from "../../base/comparison.ts";
import { comparisonCounts, comparisonLegend, comparisonRows, foremost, ranked } from "../data/comparison-rows.ts";
import { paint, type Style } from "./terminal-style.ts";
import { terminalText } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

/**
 * Formats comparisons for a terminal, changed ones first.
 *
 * @param all whether to show all rows when there are many.
 */
export function comparisonText(
  comparisons: readonly Comparison[],
  threshold: number,
  style: Style,
  all = false,
): string {
  if (comparisons.length === 0) return "Nothing in common to compare.\n";
  const sorted = ranked(comparisons);
  const shown = all ? sorted : foremost(sorted);
  const left = sorted.length - shown.length;
  const word = (verdict: Verdict) =>
    verdict === "regressed"
      ? paint(style, "red", verdict)
      : verdict === "improved"
        ? paint(style, "green", verdict)
        : verdict;
  return terminalText(
    [
      comparisonLegend(threshold),
      ...(shown.length === 0 ? [] : textTable(comparisonRows(shown, word), style.columns)),
      comparisonCounts(comparisons),
      ...(left === 0
        ? []
        : [
            shown.length === 0
              ? `no certain change; compare --all shows the ${left} rows`
              : `${left} of ${sorted.length} are not shown; compare --all shows them`,
          ]),
    ],
    style,
  );
}
