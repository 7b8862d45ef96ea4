/**
 * Solves Σ xⱼ·columnⱼ ≈ target by least squares with xⱼ ≥ 0, exactly. It tries every set of columns that contains the
 * first one, and takes the best set whose solution has no negative part. Suitable for a few columns.
 *
 * Source: C. Lawson, R. Hanson, "Solving Least Squares Problems" (1974), chapter 23; by enumeration instead of
 * descent.
 *
 * @returns one coefficient a column, or `undefined` when no set has a unique solution without negative parts.
 */
export function nonNegativeLeastSquares(
  columns: readonly (readonly number[])[],
  target: readonly number[],
): number[] | undefined {
  let best: { answer: number[]; error: number } | undefined;
  for (let set = 1; set < 2 ** columns.length; set += 2) {
    const chosen = columns.map((_, at) => at).filter((at) => (set >> at) % 2 === 1);
    const solved = leastSquares(
      chosen.map((at) => columns[at] as readonly number[]),
      target,
    );
    if (solved === undefined || solved.some((value) => value < 0)) continue;
    const answer = columns.map((_, at) => solved[chosen.indexOf(at)] ?? 0);
    const error = target.reduce((sum, value, row) => sum + (predicted(columns, answer, row) - value) ** 2, 0);
    if (best === undefined || error < best.error) best = { answer, error };
  }
  return best?.answer;
}

function predicted(columns: readonly (readonly number[])[], answer: readonly number[], row: number): number {
  return columns.reduce((sum, column, at) => sum + (column[row] as number) * (answer[at] as number), 0);
}

/** Ordinary least squares by the normal equations; `undefined` when the columns are linearly dependent. */
function leastSquares(columns: readonly (readonly number[])[], target: readonly number[]): number[] | undefined {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
  const rows = columns.map((column) => [...columns.map((other) => dot(column, other)), dot(column, target)]);
  for (let pivot = 0; pivot < rows.length; pivot++) {
    const lead = rows[pivot] as number[];
    const scale = dot(columns[pivot] as readonly number[], columns[pivot] as readonly number[]);
    if (Math.abs(lead[pivot] as number) <= 1e-13 * scale) return undefined;
    for (const row of rows) {
      if (row === lead) continue;
      const factor = (row[pivot] as number) / (lead[pivot] as number);
      for (let at = pivot; at <= rows.length; at++) row[at] = (row[at] as number) - factor * (lead[at] as number);
    }
  }
  return rows.map((row, at) => (row.at(-1) as number) / (row[at] as number));
}
