import { existsSync, readFileSync } from "node:fs";

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
 * @returns `"gone"` when it has ended and was reaped; `"unknown"` when the answer is unavailable: without `/proc`, or
 *   when the file cannot be opened for another reason. A process without a free descriptor learns nothing here.
 */
export function readProcStat(pid: number, tid?: number): ProcStat | "gone" | "unknown" {
  if (process.platform !== "linux") return "unknown";
  let text: string;
  try {
    text = readFileSync(tid === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${tid}/stat`, "latin1");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isGone = code === "ESRCH" || (code === "ENOENT" && existsSync("/proc/self/stat"));
    return isGone ? "gone" : "unknown";
  }
  // The second field is the program's name in parentheses, which may hold parentheses and spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    state: fields[0] ?? "",
    userTicks: Number(fields[11]),
    systemTicks: Number(fields[12]),
    startTicks: Number(fields[19]),
  };
}
