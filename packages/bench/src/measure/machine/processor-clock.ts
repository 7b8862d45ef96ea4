import { readFileSync } from "node:fs";
import { throttledNs } from "../../base/cpu-quota.ts";

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
  return { stealNs: Number(steal ?? 0) * tickNs, throttledNs: throttledNs() };
}

/** The clock of some CPUs now, mean, in megahertz; `undefined` where the system does not tell. A virtual machine's never changes. */
export function megahertz(cpus: readonly number[]): number | undefined {
  const scaling = cpus.map((cpu) => read(`/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`));
  const clocks = scaling.every((text) => text !== "")
    ? scaling.map((text) => Number(text) / 1e3)
    : [...read("/proc/cpuinfo").matchAll(/^cpu MHz\s*:\s*([\d.]+)/gm)].map(([, text]) => Number(text));
  return clocks.length === 0 ? undefined : clocks.reduce((sum, clock) => sum + clock, 0) / clocks.length;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
