import { readFileSync, readlinkSync } from "node:fs";

/** Times of the calling thread since its start, in nanoseconds. */
export interface ThreadTimes {
  readonly cpuNs: number;
  /** Ready to run, without a CPU. */
  readonly waitNs: number;
}

/** Reads the scheduler's statistics of this thread. Only Linux has them; elsewhere `undefined`. */
export function readThreadTimes(): ThreadTimes | undefined {
  try {
    const [cpu, wait] = readFileSync("/proc/thread-self/schedstat", "utf8").split(" ").map(Number);
    return { cpuNs: cpu as number, waitNs: wait as number };
  } catch {
    return undefined;
  }
}

/** The folder of the calling thread below `/proc`, for other threads to read; empty where there is no `/proc`. */
export function threadProcPath(): string {
  try {
    return `/proc/${readlinkSync("/proc/thread-self")}`;
  } catch {
    return "";
  }
}

/** CPU time of the thread with this folder below `/proc`, in nanoseconds; `undefined` when it cannot be read. */
export function readThreadCpuNs(path: string): number | undefined {
  try {
    return path === "" ? undefined : Number(readFileSync(`${path}/schedstat`, "utf8").split(" ")[0]);
  } catch {
    return undefined;
  }
}
