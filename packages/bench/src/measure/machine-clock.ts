import { readFileSync } from "node:fs";

/** What the machine and its limits took away since they began to count, over all CPUs, in nanoseconds. */
export interface MachineTimes {
  /** Taken by the hypervisor for others. */
  readonly stealNs: number;
  /** Held back because the control group's quota was used up. */
  readonly throttledNs: number;
}

/** The kernel counts in hundredths of a second, whatever its own tick. */
const tickNs = 1e7;

/** Reads both accounts; zeros where the system keeps none. */
export function machineTimes(): MachineTimes {
  const steal = /^cpu +(?:\d+ +){7}(\d+)/m.exec(read("/proc/stat"))?.[1];
  const two = /^throttled_usec (\d+)/m.exec(read("/sys/fs/cgroup/cpu.stat"))?.[1];
  const one = /^throttled_time (\d+)/m.exec(read("/sys/fs/cgroup/cpu/cpu.stat"))?.[1];
  return { stealNs: Number(steal ?? 0) * tickNs, throttledNs: Number(one ?? 0) + Number(two ?? 0) * 1e3 };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
