/** Natural order: numbers by size, texts by their code units, others as `<` says. */
export function inOrder(a: unknown, b: unknown): number {
  if ((a as number) < (b as number)) return -1;
  return (a as number) > (b as number) ? 1 : 0;
}

/** Sorts by merging, stably, by an order that may have to be asked for elsewhere. */
export async function sorted<T>(items: readonly T[], compare: (a: T, b: T) => number | Promise<number>): Promise<T[]> {
  if (items.length < 2) return [...items];
  const middle = items.length >> 1;
  const left = await sorted(items.slice(0, middle), compare);
  const right = await sorted(items.slice(middle), compare);
  const merged: T[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const takesRight = (await compare(left[i] as T, right[j] as T)) > 0;
    merged.push((takesRight ? right[j++] : left[i++]) as T);
  }
  return [...merged, ...left.slice(i), ...right.slice(j)];
}

/** Whether two values are the same, as a list or a set in a manager sees it: by what is in them. */
export function isSame(a: unknown, b: unknown): boolean {
  return a === b || process.getBuiltinModule("node:util").isDeepStrictEqual(a, b);
}
