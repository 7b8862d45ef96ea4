import { formatDuration } from "../../base/duration.ts";
import type { Interval } from "../../base/interval.ts";

/** A factor: `1.93`. */
export function factor(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : "n/a";
}

/** A share: `96.5 %`. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : "n/a";
}

/** Both ends of an interval: `1.90…1.96`; `no interval` when its ends are open. */
export function range(interval: Interval, format: (value: number) => string): string {
  if (!Number.isFinite(interval.low) || !Number.isFinite(interval.high)) return "no interval";
  return `${format(interval.low)}…${format(interval.high)}`;
}

/** A time with its interval: `1.08 s (1.07 s…1.09 s)`. */
export function time(interval: Interval): string {
  return `${formatDuration(interval.value)} (${range(interval, formatDuration)})`;
}

/** A share without a digit after the point, for axes and bars: `96 %`. */
export function wholePercent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : "n/a";
}
