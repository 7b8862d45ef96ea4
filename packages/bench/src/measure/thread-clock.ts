import { readFileSync } from "node:fs";

/** Times of the calling thread since it began, in nanoseconds. */
export interface ThreadTimes {
  readonly cpuNs: number;
  /** Ready to run, but waiting for a CPU. */
  readonly waitNs: number;
}

/** Reads the scheduler's account of this thread; `undefined` where the system keeps none (anything but Linux). */
export function threadTimes(): ThreadTimes | undefined {
  try {
    const [cpu, wait] = readFileSync("/proc/thread-self/schedstat", "utf8").split(" ").map(Number);
    return { cpuNs: cpu as number, waitNs: wait as number };
  } catch {
    return undefined;
  }
}

/** Nanoseconds on the clock that all threads and processes of the machine share, as a double; exact to a microsecond for years. */
export function now(): number {
  return Number(process.hrtime.bigint());
}
