import { readFileSync, readlinkSync } from "node:fs";
import { msPerTick, readProcStat } from "../../posix/calls/proc-stat.ts";

/** Processor time since the thread began, in milliseconds; `null` where the system does not say. */
export interface ProcessorTimes {
  readonly userMs: number;
  readonly systemMs: number;
  /** How long it was ready to run, and no processor was free. */
  readonly readyMs: number | null;
}

/** The kernel's id of the calling thread; `null` on systems without `/proc`. */
export function kernelThreadId(): number | null {
  try {
    return Number(/\d+$/.exec(readlinkSync("/proc/thread-self"))?.[0]);
  } catch {
    return null;
  }
}

/** Reads the processor times of the calling thread; of the whole process for a main thread. */
export function readProcessorTimes(threadId: number, tid: number | null): ProcessorTimes {
  const readyMs = tid === null ? null : readReadyMs(tid);
  if (threadId === 0) {
    const { user, system } = process.cpuUsage();
    return { userMs: user / 1000, systemMs: system / 1000, readyMs };
  }
  const stat = tid === null ? "unknown" : readProcStat(process.pid, tid);
  if (typeof stat === "string") return { userMs: 0, systemMs: 0, readyMs };
  return { userMs: stat.userTicks * msPerTick, systemMs: stat.systemTicks * msPerTick, readyMs };
}

// The second number is the time on a run queue, in nanoseconds; see the kernel's sched-stats.
function readReadyMs(tid: number): number | null {
  try {
    const [, nanoseconds] = readFileSync(`/proc/self/task/${tid}/schedstat`, "latin1").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch {
    return null;
  }
}
