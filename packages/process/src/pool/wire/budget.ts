import { cpuCount } from "../../process/info/cpu-count.ts";

let share: number | undefined;

/** Notes, in a worker of a pool, how many workers a pool of its own may have, so that pools in pools do not multiply. */
export function setBudget(workers: number): void {
  share = workers;
}

/** How many workers a pool gets that names no number: one a processor, or this worker's share of them, at least 1. */
export function budget(): number {
  return share ?? cpuCount();
}
