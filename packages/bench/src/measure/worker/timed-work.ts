import { GCProfiler } from "node:v8";
import type { Job } from "../../kernel/kernel.ts";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import { readThreadTimes } from "../machine/thread-times.ts";
import type { WorkerReport } from "./measured-workers.ts";
import { runChunks } from "./work.ts";

/** Does a worker's share of a cell and measures its times. CPU times are read outside of the measured span. */
export function timedWork(job: Job, copies: number, next: () => number, traced = false): WorkerReport {
  const collector = new GCProfiler();
  collector.start();
  const before = readThreadTimes();
  const startNs = monotonicNs();
  const portion = runChunks(job, copies, next, traced);
  const endNs = monotonicNs();
  const after = readThreadTimes();
  const times = before && after && { cpuNs: after.cpuNs - before.cpuNs, waitNs: after.waitNs - before.waitNs };
  const gcNs = collector.stop().statistics.reduce((sum, { cost }) => sum + cost * 1e3, 0);
  return { ...portion, startNs, endNs, gcNs, ...times };
}
