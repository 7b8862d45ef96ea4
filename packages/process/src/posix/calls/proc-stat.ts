import { readFileSync } from "node:fs";
import { hasOwnProc } from "./pid-namespace.ts";

/** What `/proc/PID/stat` reports of a process or a thread; see proc_pid_stat(5). */
export interface ProcStat {
  /** One letter: R runs, S sleeps, Z is a zombie, X has exited … */
  readonly state: string;
  /** Processor time in user mode, in ticks. */
  readonly userTicks: number;
  /** Processor time in the kernel, in ticks. */
  readonly systemTicks: number;
  /** When it started, in ticks since the system booted: distinguishes it from a later one with the same id. */
  readonly startTicks: number;
}

/** Milliseconds in a tick: USER_HZ is 100 on every Linux that Node runs on. */
export const msPerTick = 10;

/**
 * Reads the state of a process, or of one of its threads.
 *
 * @param tid the thread. Default: the main thread's state, and the processor time of all threads.
 * @returns `"gone"` when it has ended and was reaped; `"unknown"` when it exists and the rest is unavailable: without
 *   the `/proc` of this PID namespace, or when the file cannot be opened, as without a free descriptor.
 */
export function readProcStat(pid: number, tid?: number): ProcStat | "gone" | "unknown" {
  const missing = () => (isGone(tid ?? pid) ? "gone" : "unknown");
  if (!hasOwnProc()) return missing();
  let text: string;
  try {
    text = readFileSync(tid === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${tid}/stat`, "latin1");
  } catch {
    // The file of a running process may be missing too: `/proc` can be mounted to hide those of other users.
    return missing();
  }
  // The second field is the program's name in parentheses, which may hold parentheses and spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const startTicks = Number(fields[19]);
  if (!Number.isInteger(startTicks)) return missing();
  return { state: fields[0] ?? "", userTicks: Number(fields[11]), systemTicks: Number(fields[12]), startTicks };
}

// The kernel finds a thread by its id as well, and looks in this process's own PID namespace. Only the error ESRCH says
// that there is none.
function isGone(id: number): boolean {
  try {
    process.kill(id, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
