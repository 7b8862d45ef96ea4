import { readdirSync, readFileSync } from "node:fs";
import { activeChildren } from "@manyhands/process";
import { expect } from "vitest";

/** The pids of this process's children, as Linux lists them; none where there is no /proc. */
export function childPids(): number[] {
  try {
    return readdirSync("/proc/self/task").flatMap((tid) =>
      readFileSync(`/proc/self/task/${tid}/children`, "latin1").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Whether a process is there and is no zombie. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}

/** Resolves when the process is gone. */
export async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** After a test: children that are about to end do, none is alive then, and the system has none that was not there before. */
export async function expectNothingLeft(before: readonly number[]): Promise<void> {
  await Promise.all(activeChildren().map((child) => child.join({ timeoutMs: 5000 })));
  const left = activeChildren();
  // One test's fault must not become the next one's.
  for (const child of left) child.kill();
  await Promise.all(left.map((child) => child.join()));
  expect(left).toEqual([]);
  expect(childPids().filter((pid) => !before.includes(pid))).toEqual([]);
}
