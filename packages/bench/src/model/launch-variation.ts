/**
 * Splits the scatter of a number into what differs between launches and what differs within one.
 *
 * The classic one-way analysis of variance: when launches differ by more than their rounds do, isolates came out different
 * (compiled, laid out in memory), and more rounds in the same ones would not tell.
 *
 * @param launches the numbers of each launch; those with fewer than two rounds count only between.
 * @returns standard deviations; `undefined` with fewer than two launches or without a second round.
 *
 * Source: S. Searle et al., "Variance Components" (Wiley, 1992), section 3.
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
