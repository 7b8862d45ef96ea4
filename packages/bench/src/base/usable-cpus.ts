import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { formatCpuList, parseCpuList } from "./cpu-list.ts";
import { cpuQuota } from "./cpu-quota.ts";

/** How many CPUs this process may use, and what says so. */
export interface UsableCpus {
  /** Whole CPUs to plan for: the affinity list, cut by the quota rounded down, at least 1. */
  readonly usable: number;
  /** Numbers of the CPUs that the scheduler may put this process on; empty where the system does not tell. */
  readonly affinity: readonly number[];
  /** CPU time allowed by control groups, in CPUs, as a fraction; absent when nothing limits it. */
  readonly quota?: number;
  /** Physical cores behind the affinity list, as the system reports them; a virtual machine may invent them. */
  readonly cores?: number;
  /** True when a hypervisor shows itself, so that cores are what the guest is told. */
  readonly virtual: boolean;
  /** Present when the user stated the budget instead of letting it be detected. */
  readonly stated?: number;
}

/**
 * Detects how many CPUs this process may use.
 *
 * @param root where the file system begins; anything but `/` is for tests.
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

/** The same machine with a budget that the user states, in CPUs; a fraction counts as a quota does. */
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

/** The physical core of a CPU, as a name; `undefined` where the system does not tell. */
export function coreOf(cpu: number, root = "/"): string | undefined {
  const topology = join(root, `sys/devices/system/cpu/cpu${cpu}/topology`);
  const core = read(join(topology, "core_id"));
  return core === "" ? undefined : `${read(join(topology, "physical_package_id")).trim()}:${core.trim()}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** One line for people: `2 usable CPUs (affinity 0-1, quota 1.5 CPUs, guest reports 2 cores)`. */
export function describeUsableCpus(cpus: UsableCpus): string {
  const parts: string[] = [];
  if (cpus.stated !== undefined) parts.push(`stated as ${cpus.stated}`);
  if (cpus.affinity.length > 0) parts.push(`affinity ${formatCpuList(cpus.affinity)}`);
  parts.push(cpus.quota === undefined ? "no quota" : `quota ${Number(cpus.quota.toFixed(2))} CPUs`);
  if (cpus.cores !== undefined)
    parts.push(`${cpus.virtual ? "guest reports " : ""}${cpus.cores} ${cpus.cores === 1 ? "core" : "cores"}`);
  return `${cpus.usable} usable ${cpus.usable === 1 ? "CPU" : "CPUs"} (${parts.join(", ")})`;
}
