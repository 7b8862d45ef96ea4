import { element, textElement } from "./svg.ts";

/** One entry of a legend: its CSS class and its name. */
export interface Entry {
  readonly class: string;
  readonly name: string;
  /** The sign before the name: a filled square, a piece of line, or a round mark. */
  readonly sign: "area" | "line" | "mark";
  /** The outline of a mark around the origin, where it is not round. */
  readonly shape?: string;
}

const letter = 6.9;
const rowHeight = 20;

/** A legend in rows above a picture, folded at `right`, with the height that it takes. */
export function legend(
  entries: readonly Entry[],
  left: number,
  right: number,
  top = 12,
): { drawing: string; height: number } {
  let x = left;
  let y = top;
  const drawn = entries.map(({ class: name, name: words, sign, shape }) => {
    const width = 26 + words.length * letter + 16;
    if (x > left && x + width > right) {
      x = left;
      y += rowHeight;
    }
    const at = x;
    x += width;
    return (
      (shape === undefined ? signOf(sign, name, at, y) : shapeOf(shape, name, at, y)) +
      textElement(at + 26, y + 4, words)
    );
  });
  return { drawing: drawn.join(""), height: entries.length === 0 ? 0 : y - top + rowHeight };
}

function shapeOf(shape: string, name: string, x: number, y: number): string {
  return element("path", { class: name, d: shape, transform: `translate(${x + 12} ${y})` });
}

function signOf(sign: Entry["sign"], name: string, x: number, y: number): string {
  if (sign === "area") return element("rect", { class: name, x: x + 6, y: y - 6, width: 13, height: 12 });
  if (sign === "line") return element("path", { class: name, d: `M${x},${y}H${x + 20}` });
  return element("circle", { class: name, cx: x + 12, cy: y, r: 4 });
}
