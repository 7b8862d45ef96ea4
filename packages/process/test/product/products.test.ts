import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { axes, axisNames, type Cell, knownFault, nameOf, ownLine, whyExcluded } from "./axes.js";
import { assignments, coveringArray, shuffled, threefold } from "./covering-array.js";
import { runCell } from "./run-cell.js";
import { supportPage, supportText } from "./support-page.js";

// The seed decides which programs an ordinary run takes. `products.js --all` runs all of them.
const seed = process.env.PRODUCTS_SEED ?? "ordinary";
const count = 20;
const valuesOf = (axis: keyof Cell) => Object.keys(axes[axis]);

/** Whether a cell with the given values can exist. */
function canExist(given: Partial<Cell>, line: number): boolean {
  if (whyExcluded(given as Cell, line) !== undefined) return false;
  const axis = axisNames.find((name) => given[name] === undefined);
  return axis === undefined || valuesOf(axis).some((value) => canExist({ ...given, [axis]: value }, line));
}

function combinations(of: readonly (keyof Cell)[], size: number): (keyof Cell)[][] {
  if (size === 0) return [[]];
  return of.flatMap((axis, i) => combinations(of.slice(i + 1), size - 1).map((rest) => [axis, ...rest]));
}

describe.each([20, 22, 24, 26])("the covering array of Node %d", (line) => {
  const cells = coveringArray(line);

  it("has no cell that cannot exist", () => {
    expect(cells.filter((cell) => whyExcluded(cell, line) !== undefined)).toEqual([]);
  });

  it("has every two values that can meet, and every three of the start, the entry and the loader", () => {
    const missing = [...combinations(axisNames, 2), threefold]
      .flatMap(assignments)
      .filter(
        (given) =>
          !cells.some((cell) => Object.entries(given).every(([axis, value]) => cell[axis as keyof Cell] === value)),
      )
      .filter((given) => canExist(given, line));
    expect(missing).toEqual([]);
  });
});

it("the page of what is supported is generated from the axes", () => {
  // If not: node packages/process/test/product/products.js --write-docs
  expect(readFileSync(supportPage, "utf8")).toBe(supportText());
});

describe.runIf(process.platform === "linux")(`programs of the products, seed ${seed}`, () => {
  const cells = shuffled(coveringArray(ownLine), seed).filter((cell) => knownFault(cell, ownLine) === undefined);

  it.each(cells.slice(0, count).map((cell) => [nameOf(cell), cell] as const))(
    "products.js --cell %s gives the expected answer and leaves nothing",
    async (_, cell) => {
      expect((await runCell(cell)).faults).toEqual([]);
    },
  );
});
