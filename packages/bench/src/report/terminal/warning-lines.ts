import type { Warning } from "../../base/warning.ts";
import { paint, type Style } from "./terminal-style.ts";

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
