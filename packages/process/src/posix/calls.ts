import { libc } from "./libc.ts";
import { systemError } from "./system-error.ts";

const WNOHANG = 1;
const ECHILD = 10;
const O_CLOEXEC = 0o2000000;
const F_SETFD = 2;

/** What `waitpid` tells of a child. */
export interface WaitedStatus {
  readonly pid: number;
  /** The raw status, for {@link WIFEXITED} and its kin. */
  readonly status: number;
}

/**
 * Waits for a child that {@link fork} made, and reaps it. The event loop goes on meanwhile.
 *
 * @param pid a child's pid; -1 for any child. That also reaps children that others started, as in C.
 * @param options.noHang looks once. Default: false.
 * @returns `null` with `noHang` when none has ended.
 * @throws ECHILD when there is no such child.
 */
export async function waitpid(pid: number, options: { readonly noHang?: boolean } = {}): Promise<WaitedStatus | null> {
  const gap = { ms: 0 };
  for (;;) {
    const ended = waitpidSync(pid, { noHang: true });
    if (ended !== null || options.noHang === true) return ended;
    // Looks often at first, since most waits are short, then less and less, at most every 5 ms.
    await new Promise((resolve) => setTimeout(resolve, gap.ms));
    gap.ms = Math.min(5, gap.ms + 0.5);
  }
}

/** As {@link waitpid}, but blocks this thread, and with it the event loop. */
export function waitpidSync(pid: number, options: { readonly noHang?: boolean } = {}): WaitedStatus | null {
  if (!Number.isInteger(pid))
    throw new TypeError(`Cannot wait for pid ${pid}: write a child's pid, or -1 for any child`);
  const status: [number | null] = [null];
  const ended = libc().waitpid(pid, status, options.noHang === true ? WNOHANG : 0);
  if (ended < 0) throw systemError("waitpid", libc().errno() || ECHILD);
  return ended === 0 ? null : { pid: ended, status: status[0] ?? 0 };
}

/** Ends this process at once: no handlers, nothing flushed. @param status the exit code; its low byte counts. */
export function _exit(status: number): never {
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
 * Sends a signal. @param pid a process; 0 for this process's group, -1 for all that may be signalled, -n for group n.
 *
 * @param signal its name or number; 0 only looks whether it could be sent.
 * @throws ESRCH when there is no such process, EPERM when it is another user's.
 */
export function kill(pid: number, signal: NodeJS.Signals | number): void {
  const number = typeof signal === "number" ? signal : process.getBuiltinModule("node:os").constants.signals[signal];
  if (number === undefined) throw new TypeError(`Cannot send a signal: there is no signal "${signal}"`);
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
 * @throws what the system answers: ENOENT, EACCES.
 */
export function execve(path: string, argv: readonly string[], env: NodeJS.ProcessEnv = process.env): never {
  const c = libc();
  for (const fd of [0, 1, 2]) c.fcntl(fd, F_SETFD, 0);
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  c.execve(path, [...argv, null], [...environment, null]);
  throw systemError("execve");
}
