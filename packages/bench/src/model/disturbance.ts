import type { Cell, Sample } from "../base/sample.ts";

/** A round in which something else took the CPUs, by the cell that lost most. */
export interface Disturbance {
  readonly launch: number;
  readonly round: number;
  readonly cell: string;
  /** What took them, in words. */
  readonly what: string;
  /** Of the workers' time in that cell. */
  readonly share: number;
}

/** Share of the workers' time from which a round counts as disturbed. */
const least = 0.05;

/**
 * The rounds in which workers waited for a CPU, or the hypervisor or the quota took it, the worst first.
 *
 * Levels beyond the usable CPUs do not count: there, waiting is what is measured.
 */
export function disturbancesOf(cells: readonly Cell[]): Disturbance[] {
  const found = new Map<string, Disturbance>();
  for (const cell of cells) {
    if (cell.role === "ceiling" || cell.oversubscribed) continue;
    for (const sample of cell.samples) {
      const { launch, round } = sample;
      const { what, share } = taken(sample);
      const key = `${launch} ${round}`;
      if (share > Math.max(least, found.get(key)?.share ?? 0))
        found.set(key, { launch, round, cell: cell.id, what, share });
    }
  }
  return [...found.values()].sort((one, two) => two.share - one.share);
}

function taken({ busyNs, waitNs, stealNs, throttledNs }: Sample): { what: string; share: number } {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const busy = Math.max(1, sum(busyNs));
  const causes = [
    { what: "waiting for a CPU", share: sum(waitNs) / busy },
    // The account is kept in hundredths of a second: one of them may be the end of an earlier theft.
    { what: "the hypervisor", share: (stealNs - 1e7) / busy },
    { what: "the CPU quota", share: throttledNs / busy },
  ];
  return causes.reduce((worst, cause) => (cause.share > worst.share ? cause : worst));
}
