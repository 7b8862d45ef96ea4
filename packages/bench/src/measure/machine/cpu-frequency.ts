import { readTextFile } from "../../base/read-text-file.ts";

/**
 * The mean current frequency of some CPUs, in megahertz. In a virtual machine the figure never changes.
 *
 * @returns `undefined` where the system does not report frequencies.
 */
export function readCpuMegahertz(cpus: readonly number[]): number | undefined {
  const scaling = cpus.map((cpu) => readTextFile(`/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`) ?? "");
  const clocks = scaling.every((text) => text !== "")
    ? scaling.map((text) => Number(text) / 1e3)
    : [...(readTextFile("/proc/cpuinfo") ?? "").matchAll(/^cpu MHz\s*:\s*([\d.]+)/gm)].map(([, text]) => Number(text));
  return clocks.length === 0 ? undefined : clocks.reduce((sum, clock) => sum + clock, 0) / clocks.length;
}
