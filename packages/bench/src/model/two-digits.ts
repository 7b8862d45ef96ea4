/** A number with two significant digits, and without an exponent: `2.0`, `17`, `230`. */
export function twoDigits(value: number): string {
  return Math.abs(value) < 99.5 ? value.toPrecision(2) : String(Number(value.toPrecision(2)));
}
