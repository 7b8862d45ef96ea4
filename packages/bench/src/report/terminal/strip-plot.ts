import { tickDuration } from "../../base/duration.ts";
import type { Style } from "./terminal-style.ts";

/** One row of the plot. */
export interface Strip {
  readonly name: string;
  /**
   * Positions on the axis in nanoseconds, each with its character; a later one covers an earlier one. A line joins
   * them.
   */
  readonly marks: readonly { readonly ns: number; readonly sign: string }[];
}

/** Draws times on a logarithmic axis for a terminal, one row each. Empty without a time. */
export function stripPlot(strips: readonly Strip[], style: Style): string[] {
  const known = strips
    .map(({ name, marks }) => ({ name, marks: marks.filter(({ ns }) => ns > 0 && Number.isFinite(ns)) }))
    .filter(({ marks }) => marks.length > 0);
  const times = known.flatMap(({ marks }) => marks.map(({ ns }) => ns));
  if (times.length === 0) return [];
  const first = Math.floor(Math.log10(Math.min(...times)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...times))));
  const nameWidth = Math.max(...known.map(({ name }) => name.length));
  const columns = Math.max(16, Math.min(64, style.columns - nameWidth - 10));
  const place = (ns: number) => Math.round(((Math.log10(ns) - first) / (last - first)) * (columns - 1));
  const decades = Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
  const [line, grid] = style.unicode ? ["─", "┊"] : ["-", "."];
  const rows = known.map(({ name, marks }) => {
    const cells = new Array<string>(columns).fill(" ");
    for (const decade of decades) cells[place(decade)] = grid;
    const places = marks.map(({ ns }) => place(ns));
    cells.fill(line, Math.min(...places), Math.max(...places));
    for (const { ns, sign } of marks) cells[place(ns)] = sign;
    return `  ${name.padEnd(nameWidth)}  ${cells.join("")}`;
  });
  return [...rows, `  ${" ".repeat(nameWidth)}  ${axis(decades, place)}`];
}

/** The labels of the decades, each starting at its position. Labels without room are omitted. */
function axis(decades: readonly number[], place: (ns: number) => number): string {
  return decades.reduce((text, decade) => {
    const at = place(decade);
    return text !== "" && text.length + 1 > at ? text : text.padEnd(at) + tickDuration(decade);
  }, "");
}
