import { execProgram } from "./exec-program.ts";
import { libc } from "./libc.ts";
import { systemError } from "./system-error.ts";

const WNOHANG = 1;
const WUNTRACED = 2;
const WCONTINUED = 8;
const ECHILD = 10;
const O_CLOEXEC = 0o2000000;

/** What `waitpid` tells of a child. */
export interface WaitedStatus {
  readonly pid: number;
  /** The raw status, for {@link WIFEXITED} and its kin. */
  readonly status: number;
}

/** How `waitpid` waits. */
export interface WaitpidOptions {
  /** Looks once. Default: false. */
  readonly noHang?: boolean;
  /** Tells also of a child that was stopped, see {@link WIFSTOPPED}. Default: false. */
  readonly untraced?: boolean;
  /** Tells also of a child that went on after it was stopped, see {@link WIFCONTINUED}. Default: false. */
  readonly continued?: boolean;
}

/**
 * Waits for a child that {@link fork} made, and reaps it. The event loop goes on meanwhile.
 *
 * @param pid a child's pid; -1 for any child, which reaps those too that others started, as in C; 0 for any of this process's
 *   group, -n for any of group n.
 * @returns `null` with `noHang` when there is nothing to tell.
 * @throws ECHILD when there is no such child.
 */
export async function waitpid(pid: number, options: WaitpidOptions = {}): Promise<WaitedStatus | null> {
  const gap = { ms: 0 };
  for (;;) {
    const told = waitpidSync(pid, { ...options, noHang: true });
    if (told !== null || options.noHang === true) return told;
    // Looks often at first, since most waits are short, then less and less, at most every 5 ms.
    await new Promise((resolve) => setTimeout(resolve, gap.ms));
    gap.ms = Math.min(5, gap.ms + 0.5);
  }
}

/** As {@link waitpid}, but blocks this thread, and with it the event loop. */
export function waitpidSync(pid: number, options: WaitpidOptions = {}): WaitedStatus | null {
  checkInt(pid, "wait", "pid", "write a child's pid, or -1 for any child");
  const { noHang = false, untraced = false, continued = false } = options;
  const flags = (noHang ? WNOHANG : 0) | (untraced ? WUNTRACED : 0) | (continued ? WCONTINUED : 0);
  const status: [number | null] = [null];
  const told = libc().waitpid(pid, status, flags);
  if (told < 0) throw systemError("waitpid", libc().errno() || ECHILD);
  return told === 0 ? null : { pid: told, status: status[0] ?? 0 };
}

/** Ends this process at once: no handlers, nothing flushed. @param status the exit code; its low byte counts. */
export function _exit(status: number): never {
  checkInt(status, "exit", "status", "write a number from 0 to 255");
  libc()._exit(status);
  throw new Error("_exit returned");
}

/** The pid of this process. */
export function getpid(): number {
  return libc().getpid();
}

/** The pid of its parent. */
export function getppid(): number {
  return libc().getppid();
}

/**
 * Sends a signal.
 *
 * @param pid a process; 0 for this process's group, -1 for all that may be signalled, -n for group n.
 * @param signal its name or number; 0 only looks whether it could be sent.
 * @throws ESRCH when there is no such process, EPERM when it is another user's.
 */
export function kill(pid: number, signal: NodeJS.Signals | number): void {
  checkInt(pid, "send a signal", "pid", "write a process's pid");
  const { signals } = process.getBuiltinModule("node:os").constants;
  const number = typeof signal === "string" ? signals[signal] : signal;
  if (number === undefined) throw new TypeError(`Cannot send a signal: there is no signal "${signal}"`);
  checkInt(number, "send a signal", "signal", 'write its number, or its name, such as "SIGTERM"');
  if (libc().kill(pid, number) < 0) throw systemError("kill");
}

/** Makes a pipe: what is written to the second descriptor is read from the first. Forks have both ends too. */
export function pipe(): [readEnd: number, writeEnd: number] {
  const fds: [number, number] = [-1, -1];
  if (libc().pipe2(fds, O_CLOEXEC) < 0) throw systemError("pipe2");
  return fds;
}

/**
 * Becomes another program, under the same pid. Descriptors 0, 1 and 2 stay open; nothing of this program runs any more.
 *
 * @param path the program's file.
 * @param argv its arguments, its own name first. @param env its environment. Default: this process's.
 * @throws what the system answers: ENOENT, EACCES; this program goes on then.
 */
export function execve(path: string, argv: readonly string[], env: NodeJS.ProcessEnv = process.env): never {
  return execProgram(path, argv, env);
}

// What the system takes for a pid or a number is 32 bits wide: of another value it would take a part, and mean another process.
function checkInt(value: number, verb: string, what: string, instead: string): void {
  if (typeof value === "number" && value === (value | 0)) return;
  throw new TypeError(`Cannot ${verb}: ${what} ${String(value)} is no whole number of 32 bits; ${instead}`);
}
