import { libc } from "./libc.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Has the kernel end this process when its parent ends, so that none is left behind however busy it is.
 *
 * @param parent the parent's pid, as it is known from elsewhere: it may have ended already.
 */
export function dieWithParent(parent: number): void {
  const c = libc();
  c.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (c.getppid() !== parent) c._exit(1);
}
