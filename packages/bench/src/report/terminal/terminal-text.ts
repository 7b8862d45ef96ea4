import { widthOf } from "@manyhands/process/command-line";
import type { Style } from "./terminal-style.ts";

/** ASCII replacements of the other characters that reports use. */
const plain: Record<string, string> = {
  "…": "..",
  "·": "|",
  "×": "x",
  "–": "-",
  "−": "-",
  "±": "+-",
  "≥": ">=",
  "≤": "<=",
  µ: "u",
  α: "alpha",
  β: "beta",
  γ: "gamma",
};

/** A space at which a line may break: not one between a number and its unit. */
const unglued = /(?<!\d) | (?!(?:%|[nµm]?s|(?:[KMGT]i)?B|MB\/s)(?![\w]))/;

/** Joins lines for a terminal: folded at words to its width, and in ASCII when the terminal shows no Unicode. */
export function terminalText(lines: readonly string[], style: Style): string {
  // First, since some ASCII replacements are longer than the character.
  const shown = style.unicode ? lines : lines.map(asciiOf);
  return `${shown.flatMap((line) => fold(line, style.columns)).join("\n")}\n`;
}

function asciiOf(text: string): string {
  return text.replace(/\P{ASCII}/gu, (letter) => plain[letter] ?? "?");
}

/** Folds a line at words and indents the rest by two more spaces. Tables are folded by `textTable`. */
function fold(line: string, columns: number): string[] {
  if (widthOf(line) <= columns || !/\S \S/.test(line)) return [line];
  const start = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = "";
  for (const word of line.trimStart().split(unglued)) {
    const longer = current === "" ? `${lines.length === 0 ? start : `${start}  `}${word}` : `${current} ${word}`;
    if (current !== "" && widthOf(longer) > columns) {
      lines.push(current);
      current = `${start}  ${word}`;
    } else current = longer;
  }
  return [...lines, current];
}
