import { createHash } from "node:crypto";
import { axes, axisNames, nameOf, whyExcluded } from "./axes.js";

/** @typedef {import("./axes.js").Cell} Cell */

/** The axes of which every three values meet in a cell; of all others, every two. @type {(keyof Cell)[]} */
export const threefold = ["start", "entry", "loader"];

/**
 * The cells for a Node release line. Every two values that can meet meet in one of them, and every three values of
 * {@link threefold}.
 *
 * @param {number} line
 * @param {string} seed another seed gives other cells with the same properties
 * @returns {Cell[]}
 *
 * Source: the greedy algorithm of AETG, Cohen et al., IEEE Transactions on Software Engineering 23(7), 1997.
 */
export function coveringArray(line, seed = "0") {
  /** The values that are still to meet. @type {Map<string, Partial<Cell>>} */
  const unmet = new Map(required().map((part) => [keyOf(part), part]));
  /** @type {Cell[]} */
  const cells = [];
  for (const part of unmet.values()) {
    const cell = completed(part, unmet, line, seed);
    if (cell === undefined) continue;
    for (const key of keysOf(cell)) unmet.delete(key);
    // In the order of the table, whatever the order of the choices.
    cells.push(/** @type {Cell} */ (Object.fromEntries(axisNames.map((axis) => [axis, cell[axis]]))));
  }
  return cells;
}

/** The triples first: each needs a cell of its own, which the pairs then fill. */
function required() {
  return [threefold, ...pairsOfAxes].flatMap(assignments);
}

/** @type {(keyof Cell)[][]} */
const pairsOfAxes = axisNames.flatMap((axis, i) => axisNames.slice(i + 1).map((other) => [axis, other]));

/** Every combination of the values of some axes. @param {(keyof Cell)[]} chosen @returns {Partial<Cell>[]} */
export function assignments(chosen) {
  return chosen.reduce(
    (parts, axis) => parts.flatMap((part) => Object.keys(axes[axis]).map((value) => ({ ...part, [axis]: value }))),
    /** @type {Partial<Cell>[]} */ ([{}]),
  );
}

/**
 * The cell with the given values, in which as many values as possible meet for the first time.
 *
 * @param {Partial<Cell>} part
 * @param {Map<string, Partial<Cell>>} unmet
 * @param {number} line
 * @param {string} seed
 * @returns {Cell | undefined} `undefined` when no such cell can exist.
 */
function completed(part, unmet, line, seed) {
  const cellSoFar = /** @type {Cell} */ (part);
  // An exclusion holds as soon as its own axes have values.
  if (whyExcluded(cellSoFar, line) !== undefined) return undefined;
  const axis = axisNames.find((name) => part[name] === undefined);
  if (axis === undefined) return cellSoFar;
  const gain = (/** @type {string} */ value) =>
    keysOf({ ...part, [axis]: value }).filter((key) => unmet.has(key)).length;
  const choices = Object.keys(axes[axis])
    .map((value) => ({ value, gain: gain(value), at: digest(`${seed} ${keyOf(part)} ${value}`) }))
    .sort((a, b) => b.gain - a.gain || a.at - b.at);
  for (const { value } of choices) {
    const cell = completed({ ...part, [axis]: value }, unmet, line, seed);
    if (cell !== undefined) return cell;
  }
  return undefined;
}

/** @param {Partial<Cell>} part */
const keyOf = (part) => axisNames.map((axis) => part[axis] ?? "").join();

/** What meets in a cell, or in a part of one. @param {Partial<Cell>} cell */
const keysOf = (cell) =>
  [threefold, ...pairsOfAxes]
    .filter((chosen) => chosen.every((axis) => cell[axis] !== undefined))
    .map((chosen) => keyOf(Object.fromEntries(chosen.map((axis) => [axis, cell[axis]]))));

/** The cells in an order that the seed decides. @param {Cell[]} cells @param {string} seed */
export function shuffled(cells, seed) {
  return cells
    .map((cell) => ({ cell, at: digest(`${seed} ${nameOf(cell)}`) }))
    .sort((a, b) => a.at - b.at)
    .map(({ cell }) => cell);
}

const digest = (/** @type {string} */ text) => createHash("sha256").update(text).digest().readUInt32BE();
