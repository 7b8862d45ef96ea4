import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cpuQuota } from "../../src/base/cpu-quota.ts";
import { describeUsableCpus, detectUsableCpus, withStatedCpus } from "../../src/base/usable-cpus.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "machine-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function file(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

it("cpuQuota returns the smallest limit of all parent groups, as a fraction", () => {
  file("proc/self/cgroup", "0::/a/b\n");
  file("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  file("sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
  expect(cpuQuota(root)).toBe(1.5);
});

it("cpuQuota reads cgroup version 1, where -1 is no limit", () => {
  file("proc/self/cgroup", "4:cpu,cpuacct:/job\n1:name=systemd:/x\n");
  file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  expect(cpuQuota(root)).toBeUndefined();
  file("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "50000\n");
  file("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  expect(cpuQuota(root)).toBe(0.5);
});

it("cpuQuota is undefined without control groups", () => {
  expect(cpuQuota(root)).toBeUndefined();
});

it("detectUsableCpus rounds a quota of 1.5 down to one usable CPU, and describeUsableCpus shows 1.5", () => {
  file("proc/self/status", "Name:\tnode\nCpus_allowed_list:\t0-3\n");
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/cpu.max", "150000 100000\n");
  const cpus = detectUsableCpus(root);
  expect(cpus).toMatchObject({ usable: 1, affinity: [0, 1, 2, 3], quota: 1.5, virtual: false });
  expect(describeUsableCpus(cpus)).toBe("1 usable CPU (affinity 0-3, quota 1.5 CPUs)");
});

it("detectUsableCpus keeps one CPU usable when the quota is below one", () => {
  file("proc/self/status", "Cpus_allowed_list:\t0-1\n");
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/cpu.max", "20000 100000\n");
  expect(detectUsableCpus(root).usable).toBe(1);
});

it("describeUsableCpus counts cores by package and core id, and names the guest in a virtual machine", () => {
  file("proc/self/status", "Cpus_allowed_list:\t0-1\n");
  file("proc/cpuinfo", "flags\t\t: fpu hypervisor sse\n");
  for (const cpu of [0, 1]) {
    file(`sys/devices/system/cpu/cpu${cpu}/topology/core_id`, "0\n");
    file(`sys/devices/system/cpu/cpu${cpu}/topology/physical_package_id`, "0\n");
  }
  expect(describeUsableCpus(detectUsableCpus(root))).toBe(
    "2 usable CPUs (affinity 0-1, no quota, guest reports 1 core)",
  );
});

it("withStatedCpus replaces the detected number of CPUs", () => {
  expect(withStatedCpus(detectUsableCpus(root), 1.5)).toMatchObject({ usable: 1, stated: 1.5 });
});
