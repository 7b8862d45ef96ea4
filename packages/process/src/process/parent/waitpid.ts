import { ProcessStateError } from "../../base/errors.ts";
import { checkOptionKeys } from "../../base/options.ts";
import { children, type Process } from "./process.ts";

/** How a child ended, from `waitpid()`. */
export interface WaitStatus {
  /** The child's pid; for a thread, that of the process it runs in; `null` when it could not be started. */
  readonly pid: number | null;
  /** The exit code: `0`, `1` for an uncaught error, `n` from `process.exit(n)`, `-s` when signal `s` ended it. */
  readonly status: number;
  /** The child itself. */
  readonly process: Process;
}

/**
 * Waits for a child to end and reaps it, as POSIX `waitpid`.
 *
 * @param pid a child's `pid` or `ident`; `-1` waits for the first of all children to end.
 * @param options.noHang checks once, without waiting. Default: false.
 * @returns how the child ended; `null` with `noHang` when none has ended.
 * @throws {ProcessStateError} when there is no such child, or it was reaped already.
 *
 * @example
 * for (const _ of started) console.log(await waitpid(-1));
 */
export async function waitpid(pid: number, options: { readonly noHang?: boolean } = {}): Promise<WaitStatus | null> {
  checkOptionKeys("waitpid", options, ["noHang"]);
  if (!Number.isInteger(pid))
    throw new TypeError(`Cannot wait for pid ${pid}: write a child's pid, or -1 for any child`);
  for (;;) {
    const matching = children
      .entries()
      .filter(({ process }) => pid === -1 || process.pid === pid || process.ident === pid);
    if (matching.length === 0) {
      throw new ProcessStateError(
        `Cannot wait for ${pid === -1 ? "any child" : `pid ${pid}`}: there is no such child, or it was waited for already`,
      );
    }
    const ended = matching.find(({ child }) => child.exitCode !== null);
    if (ended !== undefined) {
      children.reap(ended.child);
      return { pid: ended.child.handle.pid || null, status: ended.child.exitCode as number, process: ended.process };
    }
    if (options.noHang === true) return null;
    const releases = matching.map(({ child }) => child.keepProgramAlive());
    try {
      await Promise.race(matching.map(({ child }) => child.ended));
    } finally {
      for (const release of releases) release();
    }
  }
}
