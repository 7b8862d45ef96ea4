import type { Comparison, Verdict } from "../../base/comparison.ts";
import { median } from "../../model/median.ts";
import { factor, percent, range } from "./format-number.ts";

/** What fits on a screen with what stands around it; a run of messages has hundreds of rows. */
const mostRows = 20;

/** The order in which people want them: worse, better, unknown, the same, each from the largest change down. */
export function ranked(comparisons: readonly Comparison[]): Comparison[] {
  const order: readonly Verdict[] = ["regressed", "improved", "inconclusive", "same"];
  const change = ({ ratio }: Comparison) => Math.abs(Math.log(ratio.value));
  return [...comparisons].sort(
    (one, two) => order.indexOf(one.verdict) - order.indexOf(two.verdict) || change(two) - change(one),
  );
}

/** True of what surely got better or worse. */
export function isChange({ verdict }: Comparison): boolean {
  return verdict === "regressed" || verdict === "improved";
}

/**
 * Those of many that a person wants to see: the largest changes. Few are shown whole.
 *
 * @param comparisons in the order of `ranked`.
 */
export function foremost(comparisons: readonly Comparison[]): Comparison[] {
  if (comparisons.length <= mostRows) return [...comparisons];
  const share = (verdict: Verdict) => comparisons.filter((one) => one.verdict === verdict);
  const [worse, better] = [share("regressed"), share("improved")];
  // Neither hides the other where both are many.
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
          ? word(verdict)
          : `${verdict}, about ${roundsNeeded} rounds would tell`,
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
    needed.length > 1 ? ` (about ${Math.ceil(median(needed))} rounds would tell of half of these)` : "",
    left > 0 ? `, ${left} not judged: another machine` : "",
  ].join("");
}

/** How ratios are to be read. */
export function comparisonLegend(threshold: number): string {
  return `later over earlier; changes within ±${percent(threshold)} do not matter; 95 % together, by Holm`;
}
