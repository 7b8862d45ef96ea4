import type { Job } from "../kernel/kernel.ts";
import type { WorkerReport } from "./crew.ts";
import { now, threadTimes } from "./thread-clock.ts";
import { work } from "./work.ts";

/** Does a member's share of an order and tells when, and at what cost; the accounts are read outside of the span. */
export function timedWork(job: Job, copies: number, next: () => number): WorkerReport {
  const before = threadTimes();
  const startNs = now();
  const portion = work(job, copies, next);
  const endNs = now();
  const after = threadTimes();
  const times = before && after && { cpuNs: after.cpuNs - before.cpuNs, waitNs: after.waitNs - before.waitNs };
  return { ...portion, startNs, endNs, ...times };
}
