import type { Job } from "../kernel/kernel.ts";
import type { CrewRun } from "./crew.ts";
import { now, threadTimes } from "./thread-clock.ts";
import { work } from "./work.ts";

/** Does the same copies of the job in this thread without any pool: what a user has who writes a plain loop. */
export function runSerial(job: Job, copies: number): CrewRun {
  let chunk = 0;
  const before = threadTimes();
  const startNs = now();
  const portion = work(job, copies, () => chunk++);
  const endNs = now();
  const after = threadTimes();
  const times = before && after && { cpuNs: after.cpuNs - before.cpuNs, waitNs: after.waitNs - before.waitNs };
  return { callNs: startNs, returnNs: endNs, reports: [{ ...portion, startNs, endNs, ...times }] };
}
