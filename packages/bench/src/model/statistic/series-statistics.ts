/**
 * The autocorrelation of a series at lag 1, −1…1. 0 with fewer than three numbers, or when all are equal.
 */
export function autocorrelation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const off = values.map((value) => value - mean);
  const square = off.reduce((sum, value) => sum + value ** 2, 0);
  // Equal numbers differ from their mean by rounding errors only.
  if (values.length < 3 || square <= 1e-24 * values.length * (1 + mean ** 2)) return 0;
  return off.slice(1).reduce((sum, value, at) => sum + value * (off[at] as number), 0) / square;
}

/** True when consecutive rounds are correlated: independent numbers exceed 2/√n in one of twenty series. */
export function isCorrelated(values: readonly number[]): boolean {
  return values.length >= 6 && autocorrelation(values) > 2 / Math.sqrt(values.length);
}

/**
 * A measure of the number of modes of a distribution: 2 for one mode, more for several. Above 2.8 there are several.
 *
 * Source: the mvalue of B. Gregg, "Frequency Trails: Modes and Modality" (2014), over ⌈√n⌉ bins.
 */
export function modality(values: readonly number[]): number {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(most > least)) return 2;
  const bins = new Array<number>(Math.ceil(Math.sqrt(values.length))).fill(0);
  for (const value of values) {
    const bin = Math.min(bins.length - 1, Math.floor(((value - least) / (most - least)) * bins.length));
    bins[bin] = (bins[bin] as number) + 1;
  }
  const steps = [...bins, 0].map((count, at) => Math.abs(count - (bins[at - 1] ?? 0)));
  return steps.reduce((sum, step) => sum + step, 0) / Math.max(...bins);
}
