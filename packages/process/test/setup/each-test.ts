import { readdirSync, readFileSync } from "node:fs";
import { activeChildren } from "@manyhands/process";
import { afterEach, beforeEach, expect } from "vitest";
import { takeWarnings } from "./warnings.ts";

/** The pids of this process's children; empty on systems without /proc. */
function childPids(): number[] {
  try {
    return readdirSync("/proc/self/task").flatMap((tid) =>
      readFileSync(`/proc/self/task/${tid}/children`, "latin1").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

let pidsBefore = new Set<number>();
let childrenBefore = new Set<unknown>();

beforeEach(() => {
  pidsBefore = new Set(childPids());
  childrenBefore = new Set(activeChildren());
});

// This hook is registered before those of the test's file, so it runs after them.
afterEach(async ({ task }) => {
  const unexpected = takeWarnings();
  if (task.result?.state === "fail") await endNewChildren();
  else expect(unexpected, "unexpected warnings").toEqual([]);
});

/** Ends what a failed test started: the tests after it must not fail because of it. */
async function endNewChildren(): Promise<void> {
  const left = activeChildren().filter((child) => !childrenBefore.has(child));
  for (const child of left) child.kill();
  await Promise.all(left.map((child) => child.join()));
  for (const pid of childPids()) {
    if (pidsBefore.has(pid)) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}
