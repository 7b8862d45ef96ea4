/** How long to wait before a restart. */
export interface BackOff {
  /** The first wait, in milliseconds. */
  readonly initialMs: number;
  /** By how much the wait grows with each exit in a row, ≥ 1. */
  readonly factor: number;
  /** The longest wait, in milliseconds. */
  readonly mostMs: number;
  /** The share of a wait that is random, 0…1. */
  readonly jitter: number;
}

/**
 * The wait before a restart, in milliseconds.
 *
 * @param failures how many times the child has exited in a row, ≥ 1.
 * @param random a number from 0 to 1.
 */
export function backOffMs({ initialMs, factor, mostMs, jitter }: BackOff, failures: number, random: number): number {
  const full = Math.min(mostMs, initialMs * factor ** (failures - 1));
  return full * (1 - jitter * random);
}
