import { libc } from "./libc.ts";

/**
 * Makes the error for a system call that failed, as Node makes its own: `code`, `errno` and `syscall`.
 *
 * @param errno the number of the error. Default: that of the last call.
 */
export function systemError(syscall: string, errno: number = libc().errno()): NodeJS.ErrnoException {
  const { getSystemErrorName } = process.getBuiltinModule("node:util");
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: ${syscall}`), { code, errno: -errno, syscall });
}

/** Gives back what a system call returned, or throws when that tells of an error. */
export function checked(syscall: string, returned: number): number {
  if (returned < 0) throw systemError(syscall);
  return returned;
}
