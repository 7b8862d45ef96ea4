/**
 * The status that `waitpid` reports of a child, in the bits that every Unix uses.
 *
 * Shape: the low 7 bits are the signal that ended the child, 0 when it exited, 0x7f when it was stopped. Bit 7 is set
 * for a core dump. The next 8 bits are the exit code, or the signal that stopped the child. 0xffff: it was continued.
 *
 * Source: <bits/waitstatus.h> of the GNU C library.
 */
const signalBits = 0x7f;

/** Whether the child exited: it returned, or called `exit`. */
export function WIFEXITED(status: number): boolean {
  return (status & signalBits) === 0;
}

/** The exit code, 0…255, of a child that exited. */
export function WEXITSTATUS(status: number): number {
  return (status >> 8) & 0xff;
}

/** Whether a signal ended the child. */
export function WIFSIGNALED(status: number): boolean {
  const signal = status & signalBits;
  return signal !== 0 && signal !== signalBits;
}

/** The number of the signal that ended the child. */
export function WTERMSIG(status: number): number {
  return status & signalBits;
}

/** Whether the child left a core dump. */
export function WCOREDUMP(status: number): boolean {
  return WIFSIGNALED(status) && (status & 0x80) !== 0;
}

/** Whether the child was stopped; it can be continued. */
export function WIFSTOPPED(status: number): boolean {
  return (status & 0xff) === signalBits;
}

/** The number of the signal that stopped the child. */
export function WSTOPSIG(status: number): number {
  return WEXITSTATUS(status);
}

/** Whether the child was continued after it was stopped. */
export function WIFCONTINUED(status: number): boolean {
  return status === 0xffff;
}

/** A status as an exit code: `n` when the child exited with it, `-s` when signal `s` ended it. */
export function exitCodeOfStatus(status: number): number {
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
