import { join, posix } from "node:path";
import { readTextFile } from "./read-text-file.ts";

// `cpuCount()` of @manyhands/process gives whole CPUs only; the report needs the fraction, the throttled time and
// test folders.

/**
 * The CPU quota of this process's control groups, in CPUs: 1.5 is one and a half CPUs. `undefined` without a quota.
 *
 * The smallest limit of the process's own group and all groups above it counts. Both cgroup versions are read. Node's
 * `availableParallelism` ignores quotas before libuv 1.49.
 *
 * @param root the root folder of the file system; another one than `/` is for tests.
 */
export function cpuQuota(root = "/"): number | undefined {
  const limits = controlGroups(root).map(({ version, folder }) =>
    version === 2 ? versionTwo(folder) : versionOne(folder),
  );
  const tightest = Math.min(Number.POSITIVE_INFINITY, ...limits);
  return Number.isFinite(tightest) ? tightest : undefined;
}

/**
 * How long the CPU quota has throttled this process's control groups so far, in nanoseconds: the largest of their
 * times.
 */
export function throttledNs(root = "/"): number {
  const times = controlGroups(root).map(({ folder }) => {
    const statistics = readTextFile(join(folder, "cpu.stat")) ?? "";
    const two = /^throttled_usec (\d+)/m.exec(statistics)?.[1];
    return two === undefined ? Number(/^throttled_time (\d+)/m.exec(statistics)?.[1] ?? 0) : Number(two) * 1e3;
  });
  return Math.max(0, ...times);
}

interface ControlGroup {
  readonly version: 1 | 2;
  readonly folder: string;
}

/** The groups that may limit this process's CPU time: its own and all groups above it, of both cgroup versions. */
function controlGroups(root: string): ControlGroup[] {
  const mounted = join(root, "sys/fs/cgroup");
  return (readTextFile(join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap((line): ControlGroup[] => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === "")
      return withAncestors(path).map((group) => ({ version: 2 as const, folder: join(mounted, group) }));
    if (!controllers.split(",").includes("cpu")) return [];
    return withAncestors(path).map((group) => ({ version: 1 as const, folder: join(mounted, controllers, group) }));
  });
}

/**
 * A group and all groups above it. In a container the path may name groups that are not mounted; these have no limit.
 */
function withAncestors(path: string): string[] {
  const groups = ["/"];
  for (let group = posix.normalize(path); group !== "/" && group !== "."; group = posix.dirname(group))
    groups.push(group);
  return groups;
}

function versionTwo(folder: string): number {
  const [quota, period] = (readTextFile(join(folder, "cpu.max")) ?? "max").trim().split(" ").map(Number);
  return cpus(quota, period);
}

function versionOne(folder: string): number {
  return cpus(
    Number(readTextFile(join(folder, "cpu.cfs_quota_us"))),
    Number(readTextFile(join(folder, "cpu.cfs_period_us"))),
  );
}

/** NaN (for `max`, or a missing file) and −1 mean no limit. */
function cpus(quota = Number.NaN, period = Number.NaN): number {
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}
