import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

/**
 * The CPU time that this process's control groups allow it, in CPUs; `undefined` when nothing limits it.
 *
 * The tightest limit on the way from the process's own group to the root counts, as a fraction: 1.5 is one and a half
 * CPUs. Both cgroup versions are read. Node's own `availableParallelism` ignores quotas before libuv 1.49.
 *
 * @param root where the file system begins; anything but `/` is for tests.
 */
export function cpuQuota(root = "/"): number | undefined {
  const limits = controlGroups(root).map(({ version, folder }) =>
    version === 2 ? versionTwo(folder) : versionOne(folder),
  );
  const tightest = Math.min(Number.POSITIVE_INFINITY, ...limits);
  return Number.isFinite(tightest) ? tightest : undefined;
}

/** How long the CPU quota has held back this process's control groups so far, in nanoseconds; the most that any of them tells. */
export function throttledNs(root = "/"): number {
  const times = controlGroups(root).map(({ folder }) => {
    const account = read(join(folder, "cpu.stat")) ?? "";
    const two = /^throttled_usec (\d+)/m.exec(account)?.[1];
    return two === undefined ? Number(/^throttled_time (\d+)/m.exec(account)?.[1] ?? 0) : Number(two) * 1e3;
  });
  return Math.max(0, ...times);
}

interface ControlGroup {
  readonly version: 1 | 2;
  readonly folder: string;
}

/** The groups that may limit this process's CPU time: its own and all above, of both cgroup versions. */
function controlGroups(root: string): ControlGroup[] {
  const mounted = join(root, "sys/fs/cgroup");
  return (read(join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap((line): ControlGroup[] => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === "")
      return lineage(path).map((group) => ({ version: 2 as const, folder: join(mounted, group) }));
    if (!controllers.split(",").includes("cpu")) return [];
    return lineage(path).map((group) => ({ version: 1 as const, folder: join(mounted, controllers, group) }));
  });
}

/** A group and all groups above it. Inside a container the path may name groups that are not mounted: those read as unlimited. */
function lineage(path: string): string[] {
  const groups = ["/"];
  for (let group = posix.normalize(path); group !== "/" && group !== "."; group = posix.dirname(group))
    groups.push(group);
  return groups;
}

function versionTwo(folder: string): number {
  const [quota, period] = (read(join(folder, "cpu.max")) ?? "max").trim().split(" ").map(Number);
  return cpus(quota, period);
}

function versionOne(folder: string): number {
  return cpus(Number(read(join(folder, "cpu.cfs_quota_us"))), Number(read(join(folder, "cpu.cfs_period_us"))));
}

/** Not a number (`max`, or no such file) and −1 both mean no limit. */
function cpus(quota = Number.NaN, period = Number.NaN): number {
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
