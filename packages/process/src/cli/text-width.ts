/** From here on Unicode has characters that take two columns of a terminal; below, each takes one at most. */
const firstWide = 0x1100;

/** How many columns of a terminal a text takes at most: two for each character that might be wide. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += widthOfOne(character);
  return width;
}

/** As much of a text as fits so many columns, in whole characters. */
export function cutTo(columns: number, text: string): string {
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += widthOfOne(character);
    if (width > columns) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

function widthOfOne(character: string): number {
  return (character.codePointAt(0) as number) < firstWide ? 1 : 2;
}
