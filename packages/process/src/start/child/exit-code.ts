import type { Exit } from "../start-method.ts";

/**
 * The exit code of a child, as Python's: the code that it exited with, in one byte as the system keeps it (300 is 44);
 * the negative number of the signal that ended it; 1 when neither is known.
 */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null | undefined): number {
  if (signal) return -process.getBuiltinModule("node:os").constants.signals[signal];
  return (code ?? 1) & 0xff;
}

/**
 * How a thread ended.
 *
 * @param code Node's; 0 also for a thread that ran out of memory while it started.
 * @param error the error that ended it.
 * @param endedBy the signal by which this package ended it.
 */
export function threadExit(code: number, error: unknown, endedBy: NodeJS.Signals | undefined): Exit {
  if (endedBy !== undefined) return { code: exitCodeOf(code, endedBy) };
  return error === undefined ? { code: exitCodeOf(code, null) } : { code: exitCodeOf(code || 1, null), error };
}

/** The name of the signal in an exit code; `null` when no signal ended the child. */
export function signalOf(exitCode: number): NodeJS.Signals | null {
  if (exitCode >= 0) return null;
  const { signals } = process.getBuiltinModule("node:os").constants;
  const found = Object.entries(signals).find(([, number]) => number === -exitCode);
  return (found?.[0] as NodeJS.Signals | undefined) ?? null;
}
