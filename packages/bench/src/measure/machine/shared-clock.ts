import { readFileSync, readlinkSync } from "node:fs";

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

/** Where the system keeps the account of the calling thread, for others to read; empty where it keeps none. */
export function threadPath(): string {
  try {
    return `/proc/${readlinkSync("/proc/thread-self")}`;
  } catch {
    return "";
  }
}

/** CPU time of a thread by its path, in nanoseconds; `undefined` when it has none. */
export function cpuNsAt(path: string): number | undefined {
  try {
    return path === "" ? undefined : Number(readFileSync(`${path}/schedstat`, "utf8").split(" ")[0]);
  } catch {
    return undefined;
  }
}

/** Nanoseconds on the clock that all threads and processes of the machine share, as a double; exact to a microsecond for years. */
export function now(): number {
  return Number(process.hrtime.bigint());
}
