import { signalNumber } from "./signal-number.ts";

/**
 * Sends a signal to a child, unless it has ended. When the system does not permit it, the child runs on, and this emits
 * a warning: this process or the child has changed its user.
 */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signalNumber(signal));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It has ended. Its exit is reported separately.
    if (code === "ESRCH") return;
    process.emitWarning(
      `Cannot send ${signal} to process ${pid}: ${code}, it runs as another user; end it before this process changes its user`,
    );
  }
}
