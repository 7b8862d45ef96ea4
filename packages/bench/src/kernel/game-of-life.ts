import { defineKernel, expectEqual, type Size } from "./kernel.ts";

/** Number of patterns, generations of each, and cells alive at the end. 116 at generation 1103 is published. */
const published: Record<Size, { patterns: number; generations: number; alive: number }> = {
  tiny: { patterns: 8, generations: 100, alive: 121 },
  small: { patterns: 4, generations: 1103, alive: 116 },
  medium: { patterns: 16, generations: 1103, alive: 116 },
  large: { patterns: 64, generations: 1103, alive: 116 },
};

/** The width of the torus. The pattern is too small to reach itself around it. */
const width = 1024;
const mask = width - 1;

/** The R-pentomino, as row and column. */
const pentomino = [
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [2, 1],
] as const;

function neighbours(cell: number, visit: (cell: number) => void): void {
  const row = Math.floor(cell / width);
  const column = cell & mask;
  for (let down = -1; down <= 1; down++) {
    for (let right = -1; right <= 1; right++) {
      if (down !== 0 || right !== 0) visit(((row + down) & mask) * width + ((column + right) & mask));
    }
  }
}

function nextGeneration(alive: ReadonlySet<number>): Set<number> {
  const counts = new Map<number, number>();
  const add = (cell: number) => void counts.set(cell, (counts.get(cell) ?? 0) + 1);
  for (const cell of alive) neighbours(cell, add);
  const next = new Set<number>();
  for (const [cell, count] of counts) {
    if (count === 3 || (count === 2 && alive.has(cell))) next.add(cell);
  }
  return next;
}

/**
 * Conway's Game of Life from the R-pentomino, in Sets and Maps: hashing and garbage collection, as in much
 * JavaScript. Each chunk starts the pattern at another place.
 *
 * Source: LifeWiki, R-pentomino: 116 cells at generation 1103. The 121 cells of generation 100 were counted by
 * another program.
 */
export const gameOfLife = defineKernel<number>({
  id: "life",
  title: "Life in Sets and Maps",
  module: import.meta.url,
  bound: "mixed",
  source: "LifeWiki, R-pentomino",
  prepare(size) {
    const { patterns, generations, alive: expected } = published[size];
    return {
      chunks: patterns,
      run(chunk) {
        const place = (row: number, column: number) =>
          ((row + 61 * chunk) & mask) * width + ((column + 127 * chunk) & mask);
        let alive: Set<number> = new Set(pentomino.map(([row, column]) => place(row, column)));
        for (let generation = 0; generation < generations; generation++) alive = nextGeneration(alive);
        return alive.size;
      },
      check: (parts) =>
        parts.map((part) => expectEqual("number of cells", part, expected)).find((wrong) => wrong !== undefined),
    };
  },
});
