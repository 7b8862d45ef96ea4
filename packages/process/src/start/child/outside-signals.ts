import { signalOf } from "./exit-code.ts";

/**
 * The signals that a terminal, a process manager or systemd sends to all processes of a program: to end it, by Ctrl-\\,
 * or for a purpose of its own, which `SIGUSR2` has. A process that serves its parent ignores them: the parent handles
 * them, may need the process meanwhile, and ends it.
 */
export const outsideSignals: readonly NodeJS.Signals[] = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR2", "SIGTERM"];

/**
 * Whether an exit code is that of such a signal. It ends a process that does not ignore the signals yet: Node resets
 * them when it starts.
 */
export function isOutsideSignal(exitCode: number): boolean {
  const signal = signalOf(exitCode);
  return signal !== null && outsideSignals.includes(signal);
}
