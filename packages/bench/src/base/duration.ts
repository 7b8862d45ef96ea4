const scales = [
  { unit: "s", ns: 1e9 },
  { unit: "ms", ns: 1e6 },
  { unit: "µs", ns: 1e3 },
  { unit: "ns", ns: 1 },
] as const;

/** Formats nanoseconds with three significant digits, in the largest unit whose value is at least one: `1.23 s`. */
export function formatDuration(ns: number): string {
  if (!Number.isFinite(ns)) return "n/a";
  const scale = scales.find((candidate) => Math.abs(ns) >= candidate.ns * 0.9995) ?? scales[3];
  return `${significant(ns / scale.ns, 3)} ${scale.unit}`;
}

/** Formats nanoseconds for the tick of an axis: without trailing zeros, and 0 without a unit. */
export function tickDuration(ns: number): string {
  return ns === 0 ? "0" : formatDuration(ns).replace(/\.0+ /, " ");
}

/** Formats a number with so many significant digits, without an exponent. */
export function significant(value: number, digits: number): string {
  if (value === 0) return "0";
  const whole = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits))))) + 1;
  return value.toFixed(Math.min(20, Math.max(0, digits - whole)));
}

const units = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["min", 60e9],
]);

/**
 * Parses a duration: `500ms`, `2s`, `1.5min`. A number without a unit is seconds.
 *
 * @returns nanoseconds.
 * @throws {RangeError} when the text is no duration.
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min)?$/.exec(text.trim());
  const unit = units.get(match?.[2] ?? "s");
  if (match === null || unit === undefined) {
    throw new RangeError(`Cannot read duration "${text}": write a number with ns, us, ms, s or min, as in 500ms or 2s`);
  }
  return Number(match[1]) * unit;
}
