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
  const groups = read(join(root, "proc/self/cgroup")) ?? "";
  let tightest = Number.POSITIVE_INFINITY;
  for (const line of groups.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers === "") tightest = Math.min(tightest, ...lineage(path).map((group) => versionTwo(root, group)));
    if (controllers.split(",").includes("cpu")) {
      const limits = lineage(path).map((group) => versionOne(join(root, "sys/fs/cgroup", controllers, group)));
      tightest = Math.min(tightest, ...limits);
    }
  }
  return Number.isFinite(tightest) ? tightest : undefined;
}

/** A group and all groups above it. Inside a container the path may name groups that are not mounted: those read as unlimited. */
function lineage(path: string): string[] {
  const groups = ["/"];
  for (let group = posix.normalize(path); group !== "/" && group !== "."; group = posix.dirname(group))
    groups.push(group);
  return groups;
}

function versionTwo(root: string, group: string): number {
  const [quota, period] = (read(join(root, "sys/fs/cgroup", group, "cpu.max")) ?? "max").trim().split(" ").map(Number);
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
