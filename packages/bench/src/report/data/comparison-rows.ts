import type { Comparison, Verdict } from "../../base/comparison.ts";
import { farthestChange } from "../../model/compare-results.ts";
import { median } from "../../model/statistic/median.ts";
import { factor, percent, range } from "./format-number.ts";

/** How many rows a screen holds beside the rest of the report. A run of messages has hundreds. */
const mostRows = 20;

/** Sorts comparisons: regressed, improved, inconclusive, same; within each, the largest change first. */
export function ranked(comparisons: readonly Comparison[]): Comparison[] {
  const order: readonly Verdict[] = ["regressed", "improved", "inconclusive", "same"];
  const change = ({ ratio }: Comparison) => Math.abs(Math.log(ratio.value));
  return [...comparisons].sort(
    (one, two) => order.indexOf(one.verdict) - order.indexOf(two.verdict) || change(two) - change(one),
  );
}

/** Whether a comparison is a certain change: its interval lies outside the threshold. */
export function isChange({ verdict }: Comparison): boolean {
  return verdict === "regressed" || verdict === "improved";
}

/**
 * Selects the comparisons that a short report shows: the largest changes, or all when they are few.
 *
 * @param comparisons in the order of `ranked`.
 */
export function foremost(comparisons: readonly Comparison[]): Comparison[] {
  if (comparisons.length <= mostRows) return [...comparisons];
  const share = (verdict: Verdict) => comparisons.filter((one) => one.verdict === verdict);
  const [worse, better] = [share("regressed"), share("improved")];
  // Half of the rows each, so that many regressions do not hide the improvements, nor the reverse.
  const ofWorse = Math.max(mostRows / 2, mostRows - better.length);
  return [...worse.slice(0, ofWorse), ...better.slice(0, mostRows - Math.min(worse.length, ofWorse))];
}

/** The head and a row for each comparison, for terminals and pages alike. */
export function comparisonRows(
  comparisons: readonly Comparison[],
  word: (verdict: Verdict) => string = String,
): string[][] {
  return [
    ["what", "ratio", "interval", "better", "verdict"],
    ...comparisons.map(({ name, ratio, verdict, comparable, moreIsBetter, roundsNeeded }) => [
      name,
      factor(ratio.value),
      range(ratio, factor),
      moreIsBetter ? "more" : "less",
      !comparable
        ? "not judged: another machine"
        : roundsNeeded === undefined
          ? `${word(verdict)}${verdict === "same" ? `, within ±${percent(farthestChange(ratio))}` : ""}`
          : `${verdict}, about ${roundsNeeded} rounds would decide`,
    ]),
  ];
}

/** How many of each verdict, in one line. */
export function comparisonCounts(comparisons: readonly Comparison[]): string {
  const judged = comparisons.filter(({ comparable }) => comparable);
  const count = (verdict: Verdict) => judged.filter((comparison) => comparison.verdict === verdict).length;
  const needed = judged.flatMap(({ roundsNeeded }) => roundsNeeded ?? []);
  const left = comparisons.length - judged.length;
  return [
    `${count("regressed")} regressed, ${count("improved")} improved, ${count("same")} the same, ${count("inconclusive")} inconclusive`,
    needed.length > 1 ? ` (about ${Math.ceil(median(needed))} rounds would decide half of these)` : "",
    left > 0 ? `, ${left} not judged: another machine` : "",
  ].join("");
}

/** Explains how to read the ratios. */
export function comparisonLegend(threshold: number): string {
  return `later over earlier; changes within ±${percent(threshold)} do not matter; 95 % together, by Holm`;
}
