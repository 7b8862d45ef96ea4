import { availableParallelism } from "node:os";
import { join } from "node:path";
import { formatCpuList, parseCpuList } from "./cpu-list.ts";
import { cpuQuota } from "./cpu-quota.ts";
import { readTextFile } from "./read-text-file.ts";

/** How many CPUs this process may use, and which limits apply. */
export interface UsableCpus {
  /** Whole CPUs to plan for: those of the affinity list, at most the quota rounded down, at least 1. */
  readonly usable: number;
  /** Numbers of the CPUs in the affinity mask of this process; empty where the system does not report it. */
  readonly affinity: readonly number[];
  /** CPU quota of the control groups, in CPUs: 1.5 is one and a half CPUs. Absent without a quota. */
  readonly quota?: number;
  /** Physical cores of the affinity list, as the system reports them. In a virtual machine they may not exist. */
  readonly cores?: number;
  /** True in a virtual machine, where the hypervisor chooses the cores that it reports. */
  readonly virtual: boolean;
  /** The number of CPUs that the user stated; absent when it was detected. */
  readonly stated?: number;
}

/**
 * Detects how many CPUs this process may use.
 *
 * @param root the root folder of the file system; another one than `/` is for tests.
 */
export function detectUsableCpus(root = "/"): UsableCpus {
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read(join(root, "proc/self/status")))?.[1];
  const affinity = parseCpuList(allowed ?? "");
  const count = affinity.length || availableParallelism();
  const quota = cpuQuota(root);
  const cores = physicalCores(root, affinity);
  return {
    usable: wholeCpus(count, quota),
    affinity,
    ...(quota === undefined ? {} : { quota }),
    ...(cores === undefined ? {} : { cores }),
    virtual: /^flags\s*:.*\bhypervisor\b/m.test(read(join(root, "proc/cpuinfo"))),
  };
}

/** The same machine with the number of CPUs that the user states; a fraction is rounded down, as a quota is. */
export function withStatedCpus(detected: UsableCpus, stated: number): UsableCpus {
  return { ...detected, usable: Math.max(1, Math.floor(stated)), stated };
}

function wholeCpus(count: number, quota = Number.POSITIVE_INFINITY): number {
  return Math.min(count, Math.max(1, Math.floor(quota)));
}

function physicalCores(root: string, affinity: readonly number[]): number | undefined {
  const cores = new Set<string>();
  for (const cpu of affinity) {
    const core = coreOf(cpu, root);
    if (core === undefined) return undefined;
    cores.add(core);
  }
  return cores.size || undefined;
}

/** The id of a CPU's physical core; `undefined` where the system does not report it. */
export function coreOf(cpu: number, root = "/"): string | undefined {
  const topology = join(root, `sys/devices/system/cpu/cpu${cpu}/topology`);
  const core = read(join(topology, "core_id"));
  return core === "" ? undefined : `${read(join(topology, "physical_package_id")).trim()}:${core.trim()}`;
}

function read(path: string): string {
  return readTextFile(path) ?? "";
}

/** One line of text: `2 usable CPUs (affinity 0-1, quota 1.5 CPUs, guest reports 2 cores)`. */
export function describeUsableCpus(cpus: UsableCpus): string {
  const parts: string[] = [];
  if (cpus.stated !== undefined) parts.push(`stated as ${cpus.stated}`);
  if (cpus.affinity.length > 0) parts.push(`affinity ${formatCpuList(cpus.affinity)}`);
  parts.push(cpus.quota === undefined ? "no quota" : `quota ${Number(cpus.quota.toFixed(2))} CPUs`);
  if (cpus.cores !== undefined)
    parts.push(`${cpus.virtual ? "guest reports " : ""}${cpus.cores} ${cpus.cores === 1 ? "core" : "cores"}`);
  return `${cpus.usable} usable ${cpus.usable === 1 ? "CPU" : "CPUs"} (${parts.join(", ")})`;
}
