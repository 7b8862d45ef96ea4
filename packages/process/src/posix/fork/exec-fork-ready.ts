import { execProgram } from "../calls/exec-program.ts";
import { libc } from "../calls/libc.ts";
import { type FilteredArch, seccompFilter } from "../calls/seccomp-filter.ts";
import { checked } from "../calls/system-error.ts";

const PR_SET_NO_NEW_PRIVS = 38;
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;

/** The options of Node with which a program must run to be forkable; see `posix/README.md`. */
export const forkReadyOptions: readonly string[] = ["--single-threaded", "--v8-pool-size=1", "--expose-internals"];

/** Holds the pid of the process that was started fork-ready. An inherited value names another process. */
export const forkReadyVariable = "MANYHANDS_FORK_READY";

/**
 * Replaces this process, under the same pid, by a Node that can be forked. Returns only by throwing.
 *
 * It sets `no_new_privs` for the program and all that it starts: setuid programs gain no rights.
 *
 * @param argv what follows Node and the options that make it forkable: further options, the program, its arguments.
 * @param keep descriptors besides 0, 1 and 2 that stay open.
 * @throws the error of the system, such as EPERM where it allows no filter.
 */
export function execForkReady(argv: readonly string[], keep: readonly number[] = []): never {
  installFilter();
  const env = { ...process.env, [forkReadyVariable]: String(process.pid) };
  return execProgram(process.execPath, [process.execPath, ...forkReadyOptions, ...argv], env, [0, 1, 2, ...keep]);
}

function installFilter(): void {
  const c = libc();
  const filter = seccompFilter(process.arch as FilteredArch);
  try {
    checked("prctl", c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    checked("prctl", c.setSeccompFilter(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, { len: filter.length, filter }, 0, 0));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw Object.assign(
      new Error(
        `Cannot make this Node forkable: the system, perhaps a sandbox, allows no seccomp filter (${message}); use startMethod "spawn" there`,
        { cause },
      ),
      { code },
    );
  }
}
