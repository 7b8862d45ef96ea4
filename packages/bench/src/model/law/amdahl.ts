/** One level of a strong-scaling run: the time that `workers` workers take for the same work. */
export interface Level {
  readonly workers: number;
  readonly time: number;
}

/** Amdahl's law fitted to a run. */
export interface Amdahl {
  /** σ, the share of the work that does not divide, 0…1. */
  readonly serialShare: number;
  /** T(1) of the fit, in the unit of the given times. */
  readonly time: number;
}

/**
 * Fits T(p) = A + B/p by least squares of relative errors, with A and B ≥ 0; σ = A / (A + B).
 *
 * The law is linear in A and B, so the fit is exact. When the unconstrained solution has a negative part, the best
 * solution has A = 0 or B = 0.
 *
 * Source: G. Amdahl, "Validity of the single processor approach…", AFIPS 30 (1967).
 *
 * @throws {RangeError} with fewer than two different numbers of workers.
 */
export function fitAmdahl(levels: readonly Level[]): Amdahl {
  if (new Set(levels.map((level) => level.workers)).size < 2) {
    throw new RangeError("Cannot fit Amdahl's law: it needs at least two different numbers of workers");
  }
  // Each equation is divided by its time: (A + B/p) / T = 1.
  let aa = 0;
  let ab = 0;
  let bb = 0;
  let a1 = 0;
  let b1 = 0;
  for (const { workers, time } of levels) {
    const a = 1 / time;
    const b = 1 / (workers * time);
    aa += a * a;
    ab += a * b;
    bb += b * b;
    a1 += a;
    b1 += b;
  }
  const determinant = aa * bb - ab * ab;
  const fixed = (a1 * bb - b1 * ab) / determinant;
  const divided = (aa * b1 - ab * a1) / determinant;
  if (fixed < 0) return { serialShare: 0, time: b1 / bb };
  if (divided < 0) return { serialShare: 1, time: a1 / aa };
  return { serialShare: fixed / (fixed + divided), time: fixed + divided };
}

/** S(p) = 1 / (σ + (1 − σ)/p). */
export function amdahlSpeedUp(serialShare: number, workers: number): number {
  return 1 / (serialShare + (1 - serialShare) / workers);
}
