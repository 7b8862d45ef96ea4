import { isKnown } from "../../base/interval.ts";
import type { Result } from "../../base/result-file.ts";
import type { LevelResult } from "../../base/scaling-result.ts";
import type { Warning } from "../../base/warning.ts";
import { halfWidth } from "../../model/statistic/ratio.ts";
import { twoDigits } from "../../model/two-digits.ts";

/** Why a number is not reliable. `invalid`: it should not be used. `caution`: it is less reliable. */
export interface Doubt {
  readonly severity: "invalid" | "caution";
  /** One sentence. */
  readonly text: string;
}

/** A cell of a table: its text, with the doubt that weakens it. */
export type TableCell = string | { readonly text: string; readonly doubt: Doubt };

/** The signs of weakened cells, and what they mean, for all formats. */
export const doubtSigns = { invalid: "!", caution: "~" } as const;
export const doubtLegend = "! no 95 % interval, do not use · ~ wide interval or weakened, see the warnings";

/** The text of a cell, with the sign of its doubt. */
export function cellText(cell: TableCell): string {
  return typeof cell === "string" ? cell : `${cell.text} ${doubtSigns[cell.doubt.severity]}`;
}

/** Whether a table has a weakened cell, so that it needs the legend. */
export function hasDoubt(rows: readonly (readonly TableCell[])[]): boolean {
  return rows.some((row) => row.some((cell) => typeof cell !== "string"));
}

/** A text with its doubt, when there is one. */
export function doubted(text: string, doubt: Doubt | undefined): TableCell {
  return doubt === undefined ? text : { text, doubt };
}

/** The gravest warning and how many further ones there are; `undefined` without a caution. */
export function gravestDoubt(
  warnings: readonly Warning[],
): (Doubt & { readonly subject?: string; readonly further: number }) | undefined {
  const grave = warnings.filter(({ severity }) => severity !== "note");
  const first = grave.find(({ severity }) => severity === "invalid") ?? grave[0];
  if (first === undefined || first.severity === "note") return undefined;
  const { severity, text, subject } = first;
  return { severity, text, further: grave.length - 1, ...(subject === undefined ? {} : { subject }) };
}

/** The doubt about the headline of a result: the gravest of all its warnings. */
export function headlineDoubt({ warnings }: Result): ReturnType<typeof gravestDoubt> {
  return gravestDoubt(warnings);
}

/** The doubt about one kernel, method or transport. */
export function subjectDoubt({ warnings }: Result, subject: string): ReturnType<typeof gravestDoubt> {
  return gravestDoubt(warnings.filter((warning) => warning.subject === subject));
}

/** The doubt about a headline in words: `because ep: Only 3 rounds…; 2 more reasons below`. */
export function doubtWords({ text, subject, further }: NonNullable<ReturnType<typeof gravestDoubt>>): string {
  const more = further === 0 ? "" : `; ${further} more ${further === 1 ? "reason" : "reasons"} below`;
  return `${subject === undefined ? "" : `${subject}: `}${text}${more}`;
}

/** The doubt about one level of a kernel: no interval, a wide one, or a warning about its cell. */
export function levelDoubt(
  { kernel, workers, speedUp }: LevelResult,
  { warnings, targetError }: { readonly warnings: readonly Warning[]; readonly targetError: number },
): Doubt | undefined {
  if (!isKnown(speedUp)) return { severity: "invalid", text: "Fewer than six rounds: there is no 95 % interval" };
  const own = gravestDoubt(warnings.filter(({ cell }) => cell === `${kernel}/pool/${workers}`));
  if (own !== undefined) return own;
  const width = halfWidth(speedUp);
  return width > 2 * targetError ? { severity: "caution", text: widthText(width) } : undefined;
}

/** The widest interval of a time that is not marked, as half of its width. */
const widest = 0.25;

/** The doubt about a median time: too few samples for an interval, or a wide interval. */
export function timeDoubt(interval: { readonly low: number; readonly high: number; readonly value: number }) {
  if (Number.isNaN(interval.value)) return undefined;
  if (!isKnown(interval))
    return { severity: "invalid", text: "Fewer than six samples: there is no 95 % interval" } as const;
  const width = halfWidth(interval);
  return width > widest ? ({ severity: "caution", text: widthText(width) } as const) : undefined;
}

function widthText(width: number): string {
  return `The 95 % interval is ±${twoDigits(100 * width)} %`;
}
