import type { MessageCell, MessageFit } from "../base/message-result.ts";
import { nonNegativeLeastSquares } from "./least-squares.ts";
import { median } from "./median.ts";

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

/**
 * The size from which `other` is faster than `one`, in bytes.
 *
 * @returns `undefined` when `other` is never faster, or always.
 */
export function crossover(one: MessageFit, other: MessageFit): number | undefined {
  const bytes = (other.latencyNs - one.latencyNs) / (1e9 / one.bytesPerSecond - 1e9 / other.bytesPerSecond);
  return bytes > 0 && other.latencyNs > one.latencyNs ? bytes : undefined;
}

/**
 * The fastest of several transports for each range of sizes.
 *
 * @param largest the largest size of interest, in bytes.
 * @returns the fastest one and the size from which it is, by size; the first from 0. Empty without fits.
 */
export function fastestBySize(
  fits: readonly MessageFit[],
  largest: number,
): readonly { readonly fit: MessageFit; readonly fromBytes: number }[] {
  const [first] = [...fits].sort((one, two) => one.latencyNs - two.latencyNs);
  const found = first === undefined ? [] : [{ fit: first, fromBytes: 0 }];
  for (let last = found[0]; last !== undefined; ) {
    const { fit, fromBytes } = last;
    const next = fits
      .map((other) => ({ fit: other, fromBytes: crossover(fit, other) ?? Number.POSITIVE_INFINITY }))
      .filter((other) => other.fromBytes > fromBytes && other.fromBytes <= largest)
      .sort((one, two) => one.fromBytes - two.fromBytes)[0];
    if (next !== undefined) found.push(next);
    last = next;
  }
  return found;
}
