import { createHash } from "node:crypto";
import { defineKernel, expectEqual, type Size } from "./kernel.ts";

/** Rows of the picture, one bit a pixel, and the number of their iterations. */
interface Rows {
  readonly bits: Uint8Array;
  readonly iterations: number;
}

/**
 * The picture's width, the MD5 of its PBM file, and the total of iterations. Width 200 is published. The others come
 * from a C program that reproduces width 200, compiled without contraction of floating-point operations.
 */
const published: Record<Size, { width: number; md5: string; iterations: number }> = {
  tiny: { width: 200, md5: "cc65e64bd553ed18896de1dfe7fae3e5", iterations: 976_575 },
  small: { width: 1000, md5: "9beadc69396d01081a98cf5dc057ce89", iterations: 24_406_664 },
  medium: { width: 2400, md5: "0611a512b7587122844047d5dfda204e", iterations: 140_586_171 },
  large: { width: 6400, md5: "5220e00504466623c2698e8d5187eb23", iterations: 999_688_570 },
};

const limit = 50;

/** Draws rows `top` … `bottom − 1`; eight pixels make a byte, the leftmost in the highest bit. */
function draw(width: number, top: number, bottom: number): Rows {
  const bits = new Uint8Array(((bottom - top) * width) / 8);
  let at = 0;
  let iterations = 0;
  for (let row = top; row < bottom; row++) {
    const imaginary = (2 * row) / width - 1;
    let byte = 0;
    for (let column = 0; column < width; column++) {
      const real = (2 * column) / width - 1.5;
      let x = 0;
      let y = 0;
      let x2 = 0;
      let y2 = 0;
      let step = 0;
      for (; step < limit && x2 + y2 <= 4; step++) {
        y = 2 * x * y + imaginary;
        x = x2 - y2 + real;
        x2 = x * x;
        y2 = y * y;
      }
      iterations += step;
      byte = (byte << 1) | (x2 + y2 <= 4 ? 1 : 0);
      if (column % 8 === 7) {
        bits[at++] = byte;
        byte = 0;
      }
    }
  }
  return { bits, iterations };
}

/**
 * The Mandelbrot set as a bitmap: floating point in registers. The rows take very different times, so that this
 * kernel shows how well the load is balanced.
 *
 * Source: The Computer Language Benchmarks Game, mandelbrot, 50 iterations.
 */
export const mandelbrot = defineKernel<Rows>({
  id: "mandelbrot",
  title: "Mandelbrot set, uneven rows",
  module: import.meta.url,
  bound: "compute",
  source: "The Computer Language Benchmarks Game, PBM of width 200",
  prepare(size) {
    const { width, md5, iterations } = published[size];
    const chunkRows = 8;
    return {
      chunks: width / chunkRows,
      run: (chunk) => draw(width, chunk * chunkRows, (chunk + 1) * chunkRows),
      check(parts) {
        const hash = createHash("md5").update(`P4\n${width} ${width}\n`);
        for (const part of parts) hash.update(part.bits);
        return (
          expectEqual("MD5 of the picture", hash.digest("hex"), md5) ??
          expectEqual(
            "number of iterations",
            parts.reduce((sum, part) => sum + part.iterations, 0),
            iterations,
          )
        );
      },
    };
  },
});
