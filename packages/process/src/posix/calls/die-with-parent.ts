import { libc } from "./libc.ts";
import { PR_SET_PDEATHSIG, SIGKILL } from "./linux-constants.ts";

/**
 * Makes the kernel kill this process when its parent ends, however busy it is: no orphan is left.
 *
 * @param parent the pid of the parent. It may have ended already; this process then exits with 1.
 */
export function dieWithParent(parent: number): void {
  const c = libc();
  c.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (c.getppid() !== parent) c._exit(1);
}
