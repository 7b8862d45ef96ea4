/** The first code point that may take two columns of a terminal. Those below take one at most. */
const firstWide = 0x1100;

/** The largest number of terminal columns that a text takes: two for each character that may be wide. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The beginning of a text that fits a number of columns, in whole characters. */
export function cutTo(columns: number, text: string): string {
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

function characterWidth(character: string): number {
  return (character.codePointAt(0) as number) < firstWide ? 1 : 2;
}
