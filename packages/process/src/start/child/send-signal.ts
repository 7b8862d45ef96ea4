import { signalNumber } from "./exit-code.ts";

/** Sends a signal to a child that this process did not make through Node, unless it has ended. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signalNumber(signal));
  } catch {
    // It has ended, and its end is on the way.
  }
}
