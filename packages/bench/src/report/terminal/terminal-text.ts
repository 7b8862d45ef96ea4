import type { Style } from "./terminal-style.ts";

/** What stands for the characters beyond ASCII that reports use. */
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

/** A space that may become the end of a line: not one between a figure and its unit. */
const unglued = /(?<!\d) | (?!(?:%|[nµm]?s|(?:[KMGT]i)?B|MB\/s)(?![\w]))/;

/** Lines as one text for a terminal: folded at words to its width, and in ASCII where it shows nothing else. */
export function terminalText(lines: readonly string[], style: Style): string {
  // ASCII takes more room for some characters, so it comes first.
  const shown = style.unicode ? lines : lines.map(asciiOf);
  return `${shown.flatMap((line) => fold(line, style.columns)).join("\n")}\n`;
}

function asciiOf(text: string): string {
  return text.replace(/\P{ASCII}/gu, (letter) => plain[letter] ?? "?");
}

/** Cuts a line at words; what follows stands two further in than the line began. Tables fold themselves before. */
function fold(line: string, columns: number): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room
  const widthOf = (text: string) => text.replace(/\u001b\[\d+m/g, "").length;
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
