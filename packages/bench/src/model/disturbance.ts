import type { Cell, Sample } from "../base/sample.ts";

/** A round in which the workers lost CPU time, with its most affected cell. */
export interface Disturbance {
  readonly launch: number;
  readonly round: number;
  readonly cell: string;
  /** The cause, as text. */
  readonly what: string;
  /** The lost share of the workers' time in that cell. */
  readonly share: number;
}

/** The lost share of the workers' time from which a round counts as disturbed. */
const least = 0.05;

/**
 * The rounds in which workers waited for a CPU, or lost it to the hypervisor or the quota; the most disturbed first.
 *
 * Oversubscribed levels do not count: their workers always wait.
 */
export function disturbancesOf(cells: readonly Cell[]): Disturbance[] {
  const found = new Map<string, Disturbance>();
  for (const cell of cells) {
    if (cell.role === "ceiling" || cell.oversubscribed) continue;
    for (const sample of cell.samples) {
      const { launch, round } = sample;
      const { what, share } = mainCause(sample);
      const key = `${launch} ${round}`;
      if (share > Math.max(least, found.get(key)?.share ?? 0))
        found.set(key, { launch, round, cell: cell.id, what, share });
    }
  }
  return [...found.values()].sort((one, two) => two.share - one.share);
}

function mainCause({ busyNs, waitNs, stealNs, throttledNs }: Sample): { what: string; share: number } {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const busy = Math.max(1, sum(busyNs));
  const causes = [
    { what: "waiting for a CPU", share: sum(waitNs) / busy },
    // Steal time is counted in hundredths of a second; one of them may belong to the time before the cell.
    { what: "the hypervisor", share: (stealNs - 1e7) / busy },
    { what: "the CPU quota", share: throttledNs / busy },
  ];
  return causes.reduce((worst, cause) => (cause.share > worst.share ? cause : worst));
}
