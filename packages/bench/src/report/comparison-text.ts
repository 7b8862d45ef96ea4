import type { Comparison } from "../base/comparison.ts";
import { factor, percent, range } from "./number.ts";
import { paint, type Style } from "./style.ts";
import { terminalText } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

/** Comparisons for a terminal, the changed ones first. */
export function comparisonText(comparisons: readonly Comparison[], threshold: number, style: Style): string {
  if (comparisons.length === 0) return "Nothing in common to compare.\n";
  const order = ["regressed", "improved", "inconclusive", "same"];
  const sorted = [...comparisons].sort((one, two) => order.indexOf(one.verdict) - order.indexOf(two.verdict));
  const rows = sorted.map(({ name, ratio, verdict, comparable, moreIsBetter, roundsNeeded }) => [
    name,
    factor(ratio.value),
    range(ratio, factor),
    moreIsBetter ? "more" : "less",
    comparable ? verdictWord(verdict, roundsNeeded, style) : "not judged: another machine",
  ]);
  const count = (verdict: string) =>
    comparisons.filter((comparison) => comparison.comparable && comparison.verdict === verdict).length;
  return terminalText(
    [
      `later over earlier; changes within ±${percent(threshold)} do not matter; 95 % together, by Holm`,
      ...textTable([["what", "ratio", "interval", "better", "verdict"], ...rows], style.columns),
      `${count("regressed")} regressed, ${count("improved")} improved, ${count("same")} the same, ${count("inconclusive")} inconclusive`,
    ],
    style,
  );
}

function verdictWord(verdict: Comparison["verdict"], roundsNeeded: number | undefined, style: Style): string {
  if (roundsNeeded !== undefined) return `${verdict}, about ${roundsNeeded} rounds would tell`;
  if (verdict === "regressed") return paint(style, "red", verdict);
  return verdict === "improved" ? paint(style, "green", verdict) : verdict;
}
