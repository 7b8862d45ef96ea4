import { readdirSync, readFileSync } from "node:fs";
import { activeChildren } from "@manyhands/process";
import { expect } from "vitest";

/** The pids of this process's children; empty on systems without /proc. */
export function childPids(): number[] {
  try {
    return readdirSync("/proc/self/task").flatMap((tid) =>
      readFileSync(`/proc/self/task/${tid}/children`, "latin1").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Whether a process exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}

/** Waits until a process has exited. */
export async function waitForExit(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Checks after a test that all children have ended, and that the system has no process that was not there before. */
export async function expectNothingLeft(before: readonly number[]): Promise<void> {
  await Promise.all(activeChildren().map((child) => child.join({ timeoutMs: 100_000 })));
  const left = activeChildren();
  // Killed, so that the next test does not fail because of this one.
  for (const child of left) child.kill();
  await Promise.all(left.map((child) => child.join()));
  expect(left).toEqual([]);
  expect(childPids().filter((pid) => !before.includes(pid))).toEqual([]);
}
