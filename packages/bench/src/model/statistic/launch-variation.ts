/**
 * Splits the variation of a number into a part between launches and a part within them: the one-way analysis of
 * variance.
 *
 * When launches differ more than the rounds within them, the isolates themselves differ, in compiled code or memory
 * layout. More rounds in the same isolates would not show that.
 *
 * Source: S. Searle et al., "Variance Components" (Wiley, 1992), section 3.
 *
 * @param launches the numbers of each launch; a launch with one round counts only for the part between launches.
 * @returns standard deviations; `undefined` with fewer than two launches or without a second round.
 */
export function launchVariation(
  launches: readonly (readonly number[])[],
): { withinLaunches: number; betweenLaunches: number } | undefined {
  const filled = launches.filter((values) => values.length > 0);
  const count = filled.reduce((sum, { length }) => sum + length, 0);
  if (filled.length < 2 || count <= filled.length) return undefined;
  const mean = filled.flat().reduce((sum, value) => sum + value, 0) / count;
  let within = 0;
  let between = 0;
  for (const values of filled) {
    const own = values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const value of values) within += (value - own) ** 2;
    between += values.length * (own - mean) ** 2;
  }
  within /= count - filled.length;
  between /= filled.length - 1;
  const squares = filled.reduce((sum, { length }) => sum + length ** 2, 0);
  const typical = (count - squares / count) / (filled.length - 1);
  return {
    withinLaunches: Math.sqrt(within),
    betweenLaunches: Math.sqrt(Math.max(0, (between - within) / typical)),
  };
}
