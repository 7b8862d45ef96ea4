import { readFileSync, readlinkSync } from "node:fs";
import { msPerTick, readProcStat } from "../../posix/calls/proc-stat.ts";

/** The figures of a thread in Linux's `/proc`. */
export interface ThreadStat {
  /** Whether it is on a processor, or ready to run. */
  readonly running: boolean;
  readonly cpuUserMs: number;
  readonly cpuSystemMs: number;
}

/**
 * Reads the state and processor time of one thread, or of all threads of a process together.
 *
 * @param tid the thread; `null` for the whole process, whose state is that of its main thread.
 * @returns `null` when the thread or process has ended, and on systems without `/proc`.
 */
export function threadStat(pid: number, tid: number | null): ThreadStat | null {
  const stat = readProcStat(pid, tid ?? undefined);
  if (typeof stat === "string") return null;
  return {
    running: stat.state === "R",
    cpuUserMs: stat.userTicks * msPerTick,
    cpuSystemMs: stat.systemTicks * msPerTick,
  };
}

/** Bytes of physical memory that a process uses; `null` on systems without `/proc`. */
export function residentBytes(pid: number): number | null {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** The kernel's id of the calling thread; `null` on systems without `/proc`. */
export function ownTid(): number | null {
  try {
    return Number(/\d+$/.exec(readlinkSync("/proc/thread-self"))?.[0]);
  } catch {
    return null;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}
