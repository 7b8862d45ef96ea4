import { queuedItems, tasks } from "../../base/gauge.ts";
import type { ProcessInfo } from "./control-block.ts";
import { ownTid, residentBytes, threadStat } from "./proc.ts";
import { identity, startedAt } from "./process-identity.ts";
import { supervisorInfos } from "./supervisor-info.ts";
import { readTimes } from "./watch-times.ts";

/** The control block of this process, or of this thread when it is a child. */
export function ownInfo(): ProcessInfo {
  const { threadId, resourceLimits } = process.getBuiltinModule("node:worker_threads");
  const { name, parent, daemon, startMethod } = identity();
  const { cpuUserMs, cpuSystemMs } = ownTimes(threadId);
  return {
    pid: process.pid,
    threadId,
    parentPid: parent?.pid ?? process.ppid,
    name,
    // A process that runs this code is on a processor.
    state: "running",
    startMethod,
    daemon,
    exitCode: null,
    cpuUserMs,
    cpuSystemMs,
    heapUsedBytes: process.getBuiltinModule("node:v8").getHeapStatistics().used_heap_size,
    residentBytes: residentBytes(process.pid) ?? process.memoryUsage.rss(),
    queuedItems: queuedItems.total(),
    tasks: tasks.total(),
    supervisors: supervisorInfos(),
    times: readTimes(),
    limits: threadId === 0 ? null : { ...resourceLimits },
    startedAt: startedAt(),
  };
}

function ownTimes(threadId: number): { cpuUserMs: number | null; cpuSystemMs: number | null } {
  if (threadId === 0) {
    const { user, system } = process.cpuUsage();
    return { cpuUserMs: user / 1000, cpuSystemMs: system / 1000 };
  }
  const tid = ownTid();
  return (tid === null ? null : threadStat(process.pid, tid)) ?? { cpuUserMs: null, cpuSystemMs: null };
}
