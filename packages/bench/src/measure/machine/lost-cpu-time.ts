import { throttledNs } from "../../base/cpu-quota.ts";
import { readTextFile } from "../../base/read-text-file.ts";

/** CPU time that was withheld since boot, summed over all CPUs, in nanoseconds. */
export interface LostCpuTime {
  /** Taken by the hypervisor for other guests. */
  readonly stealNs: number;
  /** Withheld because a control group had used up its quota. */
  readonly throttledNs: number;
}

/** Linux reports CPU times in hundredths of a second, whatever its timer frequency. */
const tickNs = 1e7;

/** Reads both counters; 0 where the system has none. */
export function readLostCpuTime(): LostCpuTime {
  const steal = /^cpu +(?:\d+ +){7}(\d+)/m.exec(readTextFile("/proc/stat") ?? "")?.[1];
  return { stealNs: Number(steal ?? 0) * tickNs, throttledNs: throttledNs() };
}
