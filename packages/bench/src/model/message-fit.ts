import type { MessageCell, MessageFit } from "../base/message-result.ts";
import { nonNegativeLeastSquares } from "./statistic/least-squares.ts";
import { median } from "./statistic/median.ts";

/**
 * Fits t(n) = L + n/B to the medians of every transport and shape with two sizes or more, by least squares of relative
 * errors.
 */
export function fitMessages(cells: readonly MessageCell[]): MessageFit[] {
  const groups = new Map<string, MessageCell[]>();
  for (const cell of cells) {
    const key = `${cell.transport}\n${cell.shape}`;
    if (cell.samples.length > 0) groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap((group) => {
    const points = group.map((cell) => ({ bytes: cell.bytes, ns: median(cell.samples.map((sample) => sample.wayNs)) }));
    const solved = nonNegativeLeastSquares(
      [points.map(({ ns }) => 1 / ns), points.map(({ bytes, ns }) => bytes / ns)],
      points.map(() => 1),
    );
    const { transport, shape } = group[0] as MessageCell;
    if (solved === undefined || points.length < 2) return [];
    const [latencyNs, nsPerByte] = solved as [number, number];
    const residuals = points.map(({ bytes, ns }) => Math.abs((latencyNs + bytes * nsPerByte) / ns - 1));
    return [{ transport, shape, latencyNs, bytesPerSecond: 1e9 / nsPerByte, worstResidual: Math.max(...residuals) }];
  });
}
