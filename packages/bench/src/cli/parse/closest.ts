/** The word that was probably meant: the one with the fewest edits, at most a third of its letters; or absent. */
export function closest(given: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((word) => ({ word, edits: editsBetween(given, word) }))
    .filter(({ word, edits }) => edits <= Math.ceil(word.length / 3))
    .sort((one, two) => one.edits - two.edits);
  return best?.word;
}

/** `; did you mean --rounds?`, or an empty text. */
export function suggestion(given: string, words: readonly string[]): string {
  const word = closest(given, words);
  return word === undefined ? "" : `; did you mean ${word}?`;
}

/** The Levenshtein distance. */
function editsBetween(one: string, two: string): number {
  let row = Array.from({ length: two.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [place, other] of [...two].entries())
      next.push(
        Math.min(
          (row[place] as number) + (letter === other ? 0 : 1),
          (row[place + 1] as number) + 1,
          (next[place] as number) + 1,
        ),
      );
    row = next;
  }
  return row.at(-1) as number;
}
