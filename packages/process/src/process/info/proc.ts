import { readFileSync, readlinkSync } from "node:fs";

/** What Linux tells of a thread in `/proc`. */
export interface ThreadStat {
  /** Whether it is on a processor, or waits for nothing but one. */
  readonly running: boolean;
  readonly cpuUserMs: number;
  readonly cpuSystemMs: number;
}

// The kernel counts in ticks of USER_HZ, which is 100 on every Linux that Node runs on.
const msPerTick = 10;

/**
 * Reads the state and processor time of one thread, or of all threads of a process together.
 *
 * @param tid the thread; `null` for the whole process, whose state is that of its main thread.
 * @returns `null` when there is none such (any more), or the system does not tell.
 */
export function threadStat(pid: number, tid: number | null): ThreadStat | null {
  const stat = read(tid === null ? `/proc/${pid}/stat` : `/proc/${pid}/task/${tid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in brackets, and may itself hold brackets and spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    running: fields[0] === "R",
    cpuUserMs: Number(fields[11]) * msPerTick,
    cpuSystemMs: Number(fields[12]) * msPerTick,
  };
}

/** Bytes of physical memory that a process has; `null` where the system does not tell. */
export function residentBytes(pid: number): number | null {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** The kernel's id of the calling thread; `null` where the system does not tell. */
export function ownThread(): number | null {
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
