import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";

/**
 * The number of processors that this program may use: the processors of its affinity mask, or fewer when a cgroup's
 * quota allows less time. At least 1. `MANYHANDS_CPU_COUNT` in the environment overrides it.
 *
 * `os.availableParallelism()` is not enough: before libuv 1.49 (Node 20) it ignores quotas.
 *
 * @throws {RangeError} when the override is not a whole number ≥ 1.
 */
export function cpuCount(): number {
  const override = process.env.MANYHANDS_CPU_COUNT;
  if (override !== undefined && override !== "") {
    if (!/^[1-9]\d*$/.test(override)) {
      throw new RangeError(`Cannot read MANYHANDS_CPU_COUNT: it is "${override}", write a whole number ≥ 1`);
    }
    return Number(override);
  }
  return Math.min(availableParallelism(), Math.max(1, Math.floor(cpuQuota())));
}

/**
 * The processor time that the cgroup of this process may use, in processors: 1.5 is one and a half. It is the lowest
 * limit of the process's own group and the groups above it.
 *
 * @returns `Infinity` without a limit, and on systems without cgroups.
 */
export function cpuQuota(read: (path: string) => string = (path) => readFileSync(path, "utf8")): number {
  const tryRead = (path: string) => {
    try {
      return read(path);
    } catch {
      return "";
    }
  };
  const limits = [Number.POSITIVE_INFINITY];
  for (const line of tryRead("/proc/self/cgroup").split("\n")) {
    const [, controllers = "", group = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === "") {
      for (const at of ancestry(group)) limits.push(quotaV2(tryRead(join("/sys/fs/cgroup", at, "cpu.max"))));
    } else if (controllers.split(",").includes("cpu")) {
      const root = `/sys/fs/cgroup/${controllers}`;
      for (const at of ancestry(group)) {
        limits.push(quotaV1(tryRead(join(root, at, "cpu.cfs_quota_us")), tryRead(join(root, at, "cpu.cfs_period_us"))));
      }
    }
  }
  return Math.min(...limits);
}

function ancestry(group: string): string[] {
  const groups = [group];
  for (let at = group; dirname(at) !== at; ) {
    at = dirname(at);
    groups.push(at);
  }
  return groups;
}

// The file holds "max 100000" or "150000 100000": processor time and period, both in microseconds.
function quotaV2(text: string): number {
  const [quota = "max", period = "100000"] = text.trim().split(" ");
  return quota === "max" || quota === "" ? Number.POSITIVE_INFINITY : Number(quota) / Number(period);
}

function quotaV1(quota: string, period: string): number {
  return quota.trim() === "" || Number(quota) < 0
    ? Number.POSITIVE_INFINITY
    : Number(quota) / (Number(period) || 100_000);
}
