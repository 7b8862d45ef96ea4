/** A level of a weak-scaling run. `speedUp` is S_w: how much more work `workers` workers do in the time of one. */
export interface ScaledLevel {
  readonly workers: number;
  readonly speedUp: number;
}

/**
 * The serial share s of Gustafson's law, S_w = s + p(1 − s), by least squares through S_w(1) = 1.
 *
 * Source: J. Gustafson, "Reevaluating Amdahl's law", CACM 31 (1988), 532–533.
 *
 * @throws {RangeError} without a level above one worker.
 */
export function fitGustafson(levels: readonly ScaledLevel[]): number {
  let above = 0;
  let below = 0;
  for (const { workers, speedUp } of levels) {
    above += (workers - 1) * (workers - speedUp);
    below += (workers - 1) ** 2;
  }
  if (below === 0) throw new RangeError("Cannot fit Gustafson's law: it needs a level above one worker");
  return above / below;
}
