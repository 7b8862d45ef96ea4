import { tasks } from "../../base/gauge.ts";
import type { CurrentWait } from "../../base/observer.ts";
import { blockingGate, gateWaits, onBlocking } from "../../memory/wait/known-gates.ts";
import type { ProcessTimes } from "../../observe/times/process-times.ts";
import type { TimeSums } from "../../observe/times/time-sums.ts";
import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import { awaitedChildren } from "./awaited-children.ts";
import { loadObserve } from "./observe.ts";

const results: CurrentWait = { kind: "message", subject: { id: "results", name: "results of tasks" } };

let sums: TimeSums | undefined;
let timer: NodeJS.Timeout | undefined;

onForkInChild(() => {
  sums?.end();
  sums = undefined;
  timer = undefined;
});

/** Adds up where the time of this thread goes, for so long from now on, in milliseconds. */
export function watchTimes(forMs: number): void {
  sums ??= new (loadObserve().TimeSums)({ awaited, blocking, onBlocking });
  clearTimeout(timer);
  timer = setTimeout(() => {
    sums?.end();
    sums = undefined;
  }, forMs).unref();
}

/** Where the time of this thread went; `null` while no program watches it. */
export function readTimes(): ProcessTimes | null {
  return sums?.read() ?? null;
}

function awaited(): CurrentWait[] {
  const children = [...awaitedChildren].map(({ subject }): CurrentWait => ({ kind: "child", subject }));
  return [...gateWaits(), ...((tasks.total() ?? 0) > 0 ? [results] : []), ...children];
}

function blocking(): { readonly wait: CurrentWait | undefined } | undefined {
  const gate = blockingGate();
  return gate && { wait: gate.waitsFor };
}
