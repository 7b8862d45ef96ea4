import type { Result } from "../../base/result-file.ts";
import type { Warning } from "../../base/warning.ts";
import { type Doubt, doubtLegend, doubtWords, headlineDoubt, subjectDoubt } from "../data/doubt.ts";
import { paint, type Style } from "./terminal-style.ts";

/** The headline: its doubt first, then the finding, and a legend of the signs in tables when there is a doubt. */
export function headline(result: Result, finding: string, style: Style): string[] {
  const doubt = headlineDoubt(result);
  if (doubt === undefined) return [paint(style, "bold", finding), ""];
  return [`${badge(doubt, style)}: ${doubtWords(doubt)}`, paint(style, "bold", finding), doubtLegend, ""];
}

/** The badge behind the title of a kernel, method or transport; empty without a doubt. */
export function titleBadge(result: Result, subject: string, style: Style): string {
  const doubt = subjectDoubt(result, subject);
  return doubt === undefined ? "" : ` [${badge(doubt, style)}]`;
}

function badge({ severity }: Doubt, style: Style): string {
  return paint(style, severity === "invalid" ? "red" : "yellow", severity);
}

/** One line a warning, the gravest first. */
export function warningLines(warnings: readonly Warning[], style: Style): string[] {
  const signs = { invalid: paint(style, "red", "invalid"), caution: paint(style, "yellow", "caution"), note: "note" };
  const order = ["invalid", "caution", "note"] as const;
  return order.flatMap((severity) =>
    warnings
      .filter((warning) => warning.severity === severity)
      .map(({ subject, text }) => `${signs[severity]}: ${subject === undefined ? "" : `${subject}: `}${text}`),
  );
}
