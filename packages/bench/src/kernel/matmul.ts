import { defineKernel, type Size } from "./kernel.ts";

const widths: Record<Size, number> = { tiny: 256, small: 384, medium: 768, large: 1344 };

/** A tile of 64 × 64 doubles takes 32 KiB, so three of them fit a second-level cache. */
const tile = 64;

/** The elements of the factors are small integers, so that every sum is exact in doubles. */
const left = (row: number, column: number) => (row + column) % 7;
const right = (row: number, column: number) => (row * column) % 5;

/**
 * Computes the tile of C at row `top`, column `start` as a sum of products of tiles. Returns the sum of its elements.
 */
function multiplyTile(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  width: number,
  top: number,
  start: number,
): number {
  for (let row = top; row < top + tile; row++) c.fill(0, row * width + start, row * width + start + tile);
  for (let along = 0; along < width; along += tile) {
    for (let row = top; row < top + tile; row++) {
      for (let k = along; k < along + tile; k++) {
        const factor = a[row * width + k] as number;
        for (let column = start; column < start + tile; column++) {
          c[row * width + column] = (c[row * width + column] as number) + factor * (b[k * width + column] as number);
        }
      }
    }
  }
  let sum = 0;
  for (let row = top; row < top + tile; row++) {
    for (let column = start; column < start + tile; column++) sum += c[row * width + column] as number;
  }
  return sum;
}

/**
 * The expected sum of a tile: for every k, the sum of A's column over its rows times the sum of B's row over its
 * columns.
 */
function expectedSum(width: number, top: number, start: number): number {
  let sum = 0;
  for (let k = 0; k < width; k++) {
    let columnSum = 0;
    let rowSum = 0;
    for (let offset = 0; offset < tile; offset++) {
      columnSum += left(top + offset, k);
      rowSum += right(k, start + offset);
    }
    sum += columnSum * rowSum;
  }
  return sum;
}

/**
 * A matrix product by tiles in shared memory: caches and floating point.
 *
 * Source: the identity Σ(AB) = Σₖ (column sum of A)·(row sum of B) of each tile, exact in integers.
 */
export const matmul = defineKernel<number>({
  id: "matmul",
  title: "Matrix product by tiles",
  module: import.meta.url,
  bound: "mixed",
  source: "the exact sum of every tile",
  sharedBytes: (size) => 3 * 8 * widths[size] ** 2,
  prepare(size, shared) {
    const width = widths[size];
    const across = width / tile;
    const [a, b, c] = [0, 1, 2].map((at) => new Float64Array(shared, at * 8 * width ** 2, width ** 2));
    for (let at = 0; at < width ** 2; at++) {
      (a as Float64Array)[at] = left(Math.floor(at / width), at % width);
      (b as Float64Array)[at] = right(Math.floor(at / width), at % width);
    }
    const corner = (chunk: number) => [Math.floor(chunk / across) * tile, (chunk % across) * tile] as const;
    return {
      chunks: across ** 2,
      run: (chunk) => multiplyTile(a as Float64Array, b as Float64Array, c as Float64Array, width, ...corner(chunk)),
      check(parts) {
        const wrong = parts.findIndex((sum, chunk) => sum !== expectedSum(width, ...corner(chunk)));
        return wrong < 0
          ? undefined
          : `sum of tile ${wrong} is ${parts[wrong]}, published is ${expectedSum(width, ...corner(wrong))}`;
      },
    };
  },
});
