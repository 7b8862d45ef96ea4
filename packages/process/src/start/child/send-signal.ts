import { signalNumber } from "./exit-code.ts";

/** Sends a signal to a child that was not started through Node's `child_process`, unless it has ended. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signalNumber(signal));
  } catch {
    // It has ended. Its exit is reported separately.
  }
}
