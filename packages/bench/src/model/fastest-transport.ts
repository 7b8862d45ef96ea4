import type { MessageCell } from "../base/message-result.ts";
import { median } from "./statistic/median.ts";
import { pairedRatio } from "./statistic/ratio.ts";

/** The fastest transports at one size: the one with the lowest median, and those that are not certainly slower. */
export interface Fastest {
  readonly bytes: number;
  /** Ids, the lowest median first. */
  readonly transports: readonly string[];
  /** The lowest median, in nanoseconds. */
  readonly ns: number;
}

/**
 * The fastest of several transports at each measured size, by the samples and not by a fit.
 *
 * @param cells of one shape. Cells without samples are left out.
 * @returns by size. Empty without samples.
 */
export function fastestTransports(cells: readonly MessageCell[]): Fastest[] {
  const measured = cells.filter(({ samples }) => samples.length > 0);
  const sizes = [...new Set(measured.map(({ bytes }) => bytes))].sort((a, b) => a - b);
  return sizes.map((bytes) => {
    const own = measured
      .filter((cell) => cell.bytes === bytes)
      .map((cell) => ({ cell, ns: median(cell.samples.map(({ wayNs }) => wayNs)) }))
      .sort((one, two) => one.ns - two.ns);
    const [best] = own as [(typeof own)[number], ...typeof own];
    const close = own.filter(({ cell }) => cell === best.cell || !isSlower(cell, best.cell));
    return { bytes, transports: close.map(({ cell }) => cell.transport), ns: best.ns };
  });
}

/**
 * From which size on which transport is the fastest. A transport stays until it is certainly slower than another.
 *
 * @returns the transport and its smallest size, by size.
 */
export function fastestBySize(cells: readonly MessageCell[]): readonly {
  readonly transport: string;
  readonly fromBytes: number;
}[] {
  const steps: { transport: string; fromBytes: number }[] = [];
  for (const { bytes, transports } of fastestTransports(cells)) {
    const last = steps.at(-1)?.transport;
    if (last === undefined || !transports.includes(last))
      steps.push({ transport: transports[0] as string, fromBytes: bytes });
  }
  return steps;
}

/** Whether the whole interval of the ratio, round by round, says that one is slower. */
function isSlower(one: MessageCell, other: MessageCell): boolean {
  const byRound = new Map(other.samples.map(({ round, wayNs }) => [round, wayNs]));
  const pairs = one.samples.flatMap(({ round, wayNs }) => {
    const base = byRound.get(round);
    return base === undefined ? [] : [[wayNs, base] as const];
  });
  const { low } = pairedRatio(
    pairs.map(([own]) => own),
    pairs.map(([, base]) => base),
  );
  return low > 1;
}
