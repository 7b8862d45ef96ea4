import { GCProfiler } from "node:v8";
import type { Job } from "../../kernel/kernel.ts";
import { now, threadTimes } from "../machine/shared-clock.ts";
import type { WorkerReport } from "./measured-workers.ts";
import { work } from "./work.ts";

/** Does a member's share of an order and tells when, and at what cost; the accounts are read outside of the span. */
export function timedWork(job: Job, copies: number, next: () => number, traced = false): WorkerReport {
  const collector = new GCProfiler();
  collector.start();
  const before = threadTimes();
  const startNs = now();
  const portion = work(job, copies, next, traced);
  const endNs = now();
  const after = threadTimes();
  const times = before && after && { cpuNs: after.cpuNs - before.cpuNs, waitNs: after.waitNs - before.waitNs };
  const gcNs = collector.stop().statistics.reduce((sum, { cost }) => sum + cost * 1e3, 0);
  return { ...portion, startNs, endNs, gcNs, ...times };
}
