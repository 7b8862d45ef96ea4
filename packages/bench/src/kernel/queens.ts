import { defineKernel, expectEqual, type Size } from "./kernel.ts";

/** Width of the board, and the number of ways to place as many queens on it. */
const published: Record<Size, { width: number; ways: number }> = {
  tiny: { width: 10, ways: 724 },
  small: { width: 13, ways: 73_712 },
  medium: { width: 14, ways: 365_596 },
  large: { width: 15, ways: 2_279_184 },
};

/** Counts the ways to fill the remaining rows. A set bit is a column that queens of the rows above attack. */
function count(full: number, columns: number, left: number, right: number): number {
  if (columns === full) return 1;
  let ways = 0;
  for (let free = full & ~(columns | left | right); free !== 0; ) {
    const queen = free & -free;
    free ^= queen;
    ways += count(full, columns | queen, (left | queen) << 1, (right | queen) >> 1);
  }
  return ways;
}

/** Places the first two queens in the given columns, and counts the ways to place the others. */
function countFrom(width: number, first: number, second: number): number {
  const full = 2 ** width - 1;
  const one = 1 << first;
  const two = 1 << second;
  if (((one | (one << 1) | (one >> 1)) & two) !== 0) return 0;
  return count(full, one | two, ((one << 1) | two) << 1, ((one >> 1) | two) >> 1);
}

/**
 * The queens problem by bit masks: recursion, integers and branches. A chunk is one position of the first two queens.
 *
 * Source: OEIS A000170 for the counts; the masks are those of M. Richards, "Backtracking algorithms in MCPL" (1997).
 */
export const queens = defineKernel<number>({
  id: "queens",
  title: "Queens on a board",
  module: import.meta.url,
  bound: "compute",
  source: "OEIS A000170",
  prepare(size) {
    const { width, ways } = published[size];
    return {
      chunks: width * width,
      run: (chunk) => countFrom(width, Math.floor(chunk / width), chunk % width),
      check: (parts) =>
        expectEqual(
          "number of ways",
          parts.reduce((sum, part) => sum + part, 0),
          ways,
        ),
    };
  },
});
