import { cpuCount } from "../../process/info/cpu-count.ts";

let fromParent: number | undefined;

/**
 * Sets, in a worker of a pool, how many workers a nested pool gets by default, so that nested pools do not multiply.
 */
export function setDefaultWorkerCount(count: number): void {
  fromParent = count;
}

/** The number of workers of a pool that names none: one per processor; in a worker, its share of them, at least 1. */
export function defaultWorkerCount(): number {
  return fromParent ?? cpuCount();
}
