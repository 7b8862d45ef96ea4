import { execProgram } from "./exec-program.ts";
import { libc } from "./libc.ts";
import { type FilteredArch, seccompFilter } from "./seccomp-filter.ts";
import { checked } from "./system-error.ts";

const PR_SET_NO_NEW_PRIVS = 38;
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;

/** The options of Node that a program must run with to be forkable; see `posix/README.md`. */
export const forkReadyOptions: readonly string[] = ["--single-threaded", "--v8-pool-size=1", "--expose-internals"];

/** Holds the pid of the process that was started fork-ready; an inherited one names another process. */
export const forkReadyVariable = "MANYHANDS_FORK_READY";

/**
 * Turns this process, under the same pid, into a Node that can be forked. Returns only by throwing.
 *
 * Its price, for the program and all that it starts: `no_new_privs`, so that setuid programs gain no rights.
 *
 * @param argv what follows Node and the options that make it forkable: further options, the program, its arguments.
 * @param keep descriptors besides 0, 1 and 2 that stay open.
 */
export function execForkReady(argv: readonly string[], keep: readonly number[] = []): never {
  const c = libc();
  const filter = seccompFilter(process.arch as FilteredArch);
  checked("prctl(PR_SET_NO_NEW_PRIVS)", c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  checked(
    "prctl(PR_SET_SECCOMP)",
    c.setSeccompFilter(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, { len: filter.length, filter }, 0, 0),
  );
  const env = { ...process.env, [forkReadyVariable]: String(process.pid) };
  return execProgram(process.execPath, [process.execPath, ...forkReadyOptions, ...argv], env, [0, 1, 2, ...keep]);
}
