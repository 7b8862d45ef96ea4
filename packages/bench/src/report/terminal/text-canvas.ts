import type { Style } from "./terminal-style.ts";

/** The bit of each of a braille character's eight dots, by row and column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/**
 * A drawing made of characters: braille with two by four dots each when the stream shows it, otherwise ASCII with one
 * mark each. Positions are shares of the width and height, 0…1, from the lower left corner.
 */
export class Canvas {
  readonly #columns: number;
  readonly #rows: number;
  readonly #unicode: boolean;
  readonly #bits: number[][];
  readonly #marks: string[][];

  constructor(columns: number, rows: number, style: Style) {
    this.#columns = columns;
    this.#rows = rows;
    this.#unicode = style.unicode;
    this.#bits = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
    this.#marks = Array.from({ length: rows }, () => new Array<string>(columns).fill(""));
  }

  /** A straight line; in ASCII a row of full stops. */
  line(fromX: number, fromY: number, toX: number, toY: number): void {
    const steps = 4 * Math.max(this.#columns, this.#rows);
    for (let step = 0; step <= steps; step++) {
      // Every second dot is omitted, so that marks stand out against lines.
      if (this.#unicode && step % 4 >= 2) continue;
      const share = step / steps;
      this.#dot(fromX + (toX - fromX) * share, fromY + (toY - fromY) * share);
    }
  }

  /** Draws a character over the lines. */
  mark(x: number, y: number, character: string): void {
    const row = this.#marks[this.#row(y)];
    if (row !== undefined) row[this.#column(x)] = character;
  }

  /** The lines, the highest first. */
  lines(): string[] {
    return this.#bits.map((row, at) =>
      row
        .map((bits, column) => this.#marks[at]?.[column] || this.#character(bits))
        .join("")
        .trimEnd(),
    );
  }

  #character(bits: number): string {
    if (bits === 0) return " ";
    return this.#unicode ? String.fromCodePoint(0x2800 + bits) : ".";
  }

  #dot(x: number, y: number): void {
    const right = Math.min(2 * this.#columns - 1, Math.max(0, Math.round(x * (2 * this.#columns - 1))));
    const down = Math.min(4 * this.#rows - 1, Math.max(0, Math.round((1 - y) * (4 * this.#rows - 1))));
    const row = this.#bits[down >> 2] as number[];
    row[right >> 1] = (row[right >> 1] as number) | (dots[down & 3]?.[right & 1] as number);
  }

  #row(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor((1 - y) * this.#rows)));
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor(x * this.#columns)));
  }
}
