import { median } from "./median.ts";

/**
 * The slope of y over x: the median of the slopes between all pairs of points, which a few outliers do not change.
 *
 * Source: P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968).
 *
 * @returns NaN with fewer than two different x.
 */
export function theilSen(points: readonly { readonly x: number; readonly y: number }[]): number {
  const slopes = points.flatMap((one, at) =>
    points.slice(at + 1).flatMap((two) => (one.x === two.x ? [] : [(two.y - one.y) / (two.x - one.x)])),
  );
  return median(slopes);
}
