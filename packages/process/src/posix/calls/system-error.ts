import { libc } from "./libc.ts";

/**
 * Creates the error for a system call that failed, with the fields of Node's errors: `code`, `errno` and `syscall`.
 *
 * @param syscall its name; text after a space appears in the message only.
 * @param errno the error number. Default: that of the last call.
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

/** Returns the result of a system call, or throws its error when the result is negative. */
export function checked(syscall: string, returned: number): number {
  if (returned < 0) throw systemError(syscall);
  return returned;
}
