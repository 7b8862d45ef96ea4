import { libc } from "./libc.ts";

/**
 * Makes the error for a system call that failed, as Node makes its own: `code`, `errno` and `syscall`.
 *
 * @param syscall its name; what follows it after a space is for the message alone.
 * @param errno the number of the error. Default: that of the last call.
 */
export function systemError(syscall: string, errno: number = libc().errno()): NodeJS.ErrnoException {
  const known = Object.entries(process.getBuiltinModule("node:os").constants.errno);
  const code = known.find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
  return Object.assign(new Error(`${code}: ${libc().strerror(errno)}, ${syscall}`), {
    code,
    errno: -errno,
    syscall: syscall.split(" ")[0],
  });
}

/** Gives back what a system call returned, or throws when that tells of an error. */
export function checked(syscall: string, returned: number): number {
  if (returned < 0) throw systemError(syscall);
  return returned;
}
