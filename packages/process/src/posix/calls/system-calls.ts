import { execProgram } from "./exec-program.ts";
import { libc } from "./libc.ts";
import { ECHILD, O_CLOEXEC, WNOHANG } from "./linux-constants.ts";
import { systemError } from "./system-error.ts";

const WUNTRACED = 2;
const WCONTINUED = 8;

/** What `waitpid` reports of a child. */
export interface WaitedStatus {
  readonly pid: number;
  /** The raw status, for {@link WIFEXITED}, {@link WIFSIGNALED} and so on. */
  readonly status: number;
}

/** Options of `waitpid`. */
export interface WaitpidOptions {
  /** Returns at once when there is nothing to report. Default: false. */
  readonly noHang?: boolean;
  /** Also reports a child that was stopped, see {@link WIFSTOPPED}. Default: false. */
  readonly untraced?: boolean;
  /** Also reports a child that was continued after it was stopped, see {@link WIFCONTINUED}. Default: false. */
  readonly continued?: boolean;
}

/**
 * Waits for a child that {@link fork} created, and reaps it. The event loop runs meanwhile.
 *
 * @param pid a child's pid; -1 for any child, also one that other code started, as in C; 0 for any child in this
 *   process's group, -n for any in group n.
 * @returns `null` with `noHang` when there is nothing to report.
 * @throws ECHILD when there is no such child.
 */
export async function waitpid(pid: number, options: WaitpidOptions = {}): Promise<WaitedStatus | null> {
  const gap = { ms: 0 };
  for (;;) {
    const reported = waitpidSync(pid, { ...options, noHang: true });
    if (reported !== null || options.noHang === true) return reported;
    // Polls often at first, since most waits are short, then at growing intervals of up to 5 ms.
    await new Promise((resolve) => setTimeout(resolve, gap.ms));
    gap.ms = Math.min(5, gap.ms + 0.5);
  }
}

/** As {@link waitpid}, but blocks this thread and its event loop. */
export function waitpidSync(pid: number, options: WaitpidOptions = {}): WaitedStatus | null {
  checkInt(pid, "wait", "pid", "write a child's pid, or -1 for any child");
  const { noHang = false, untraced = false, continued = false } = options;
  const flags = (noHang ? WNOHANG : 0) | (untraced ? WUNTRACED : 0) | (continued ? WCONTINUED : 0);
  const status: [number | null] = [null];
  const waited = libc().waitpid(pid, status, flags);
  if (waited < 0) throw systemError("waitpid", libc().errno() || ECHILD);
  return waited === 0 ? null : { pid: waited, status: status[0] ?? 0 };
}

/** Ends this process at once: no handler runs, nothing is flushed. @param status the exit code; its low byte counts. */
export function _exit(status: number): never {
  checkInt(status, "exit", "status", "write a number from 0 to 255");
  libc()._exit(status);
  throw new Error("_exit returned");
}

/** The pid of this process. */
export function getpid(): number {
  return libc().getpid();
}

/** The pid of this process's parent. */
export function getppid(): number {
  return libc().getppid();
}

/**
 * Sends a signal.
 *
 * @param pid a process; 0 for this process's group, -1 for all that may be signalled, -n for group n.
 * @param signal its name or number; 0 only checks whether a signal could be sent.
 * @throws ESRCH when there is no such process, EPERM when it belongs to another user.
 */
export function kill(pid: number, signal: NodeJS.Signals | number): void {
  checkInt(pid, "send a signal", "pid", "write a process's pid");
  const { signals } = process.getBuiltinModule("node:os").constants;
  const number = typeof signal === "string" ? signals[signal] : signal;
  if (number === undefined)
    throw new TypeError(`Cannot send a signal: there is no signal "${signal}"; write a name such as "SIGTERM"`);
  checkInt(number, "send a signal", "signal", 'write its number, or its name, such as "SIGTERM"');
  if (libc().kill(pid, number) < 0) throw systemError("kill");
}

/** Creates a pipe: bytes written to the second descriptor are read from the first. A forked child inherits both. */
export function pipe(): [readEnd: number, writeEnd: number] {
  const fds: [number, number] = [-1, -1];
  if (libc().pipe2(fds, O_CLOEXEC) < 0) throw systemError("pipe2");
  return fds;
}

/**
 * Replaces this process by another program, under the same pid. Descriptors 0, 1 and 2 stay open; this program ends.
 *
 * @param path the program's file.
 * @param argv its arguments, its own name first. @param env its environment. Default: that of this process.
 * @throws the error of the system, ENOENT or EACCES; this program then continues.
 */
export function execve(path: string, argv: readonly string[], env: NodeJS.ProcessEnv = process.env): never {
  return execProgram(path, argv, env);
}

// The system reads the low 32 bits of a pid or a number: a longer value would name another process.
function checkInt(value: number, verb: string, what: string, instead: string): void {
  if (typeof value === "number" && value === (value | 0)) return;
  throw new TypeError(`Cannot ${verb}: ${what} ${String(value)} is not a whole number of 32 bits; ${instead}`);
}
