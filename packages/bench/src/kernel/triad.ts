import { defineKernel, expectEqual, type Size } from "./kernel.ts";

/** Elements of each of the three arrays. Those of `medium` and `large` should exceed every cache. */
const lengths: Record<Size, number> = { tiny: 2 ** 16, small: 2 ** 20, medium: 2 ** 22, large: 2 ** 24 };

const slices = 32;
const scalar = 3;

/**
 * Computes a = b + 3c over a slice. Returns the sum of a; four partial sums keep the additions faster than the
 * memory.
 */
function triadSlice(a: Float64Array, b: Float64Array, c: Float64Array, start: number, end: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let at = start; at < end; at += 4) {
    sum0 += a[at] = (b[at] as number) + scalar * (c[at] as number);
    sum1 += a[at + 1] = (b[at + 1] as number) + scalar * (c[at + 1] as number);
    sum2 += a[at + 2] = (b[at + 2] as number) + scalar * (c[at + 2] as number);
    sum3 += a[at + 3] = (b[at + 3] as number) + scalar * (c[at + 3] as number);
  }
  return sum0 + sum1 + sum2 + sum3;
}

/**
 * The triad of STREAM over shared arrays: much memory traffic and little arithmetic, so that the memory limits it
 * before the cores do.
 *
 * Source: J. McCalpin, STREAM; b = 2 and c = i mod 8, so every sum is exact.
 */
export const triad = defineKernel<number>({
  id: "triad",
  title: "Memory bandwidth (STREAM triad)",
  module: import.meta.url,
  bound: "memory",
  source: "the closed form of STREAM's triad",
  sharedBytes: (size) => 3 * 8 * lengths[size],
  prepare(size, shared) {
    const length = lengths[size];
    const [a, b, c] = [0, 1, 2].map((at) => new Float64Array(shared, at * 8 * length, length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    b.fill(2);
    for (let at = 0; at < length; at++) c[at] = at % 8;
    const slice = length / slices;
    return {
      chunks: slices,
      run: (chunk) => triadSlice(a, b, c, chunk * slice, (chunk + 1) * slice),
      check: (parts) =>
        expectEqual(
          "sum of a",
          parts.reduce((sum, part) => sum + part, 0),
          length * (2 + scalar * 3.5),
        ),
    };
  },
});
