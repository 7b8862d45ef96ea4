/** The number of a signal; how a child that it ended is reported, as a negative exit code. */
export function signalNumber(signal: NodeJS.Signals): number {
  const number = process.getBuiltinModule("node:os").constants.signals[signal];
  if (number === undefined) throw new TypeError(`Cannot send a signal: there is no signal "${signal}"`);
  return number;
}

/** The name of the signal in an exit code; `null` when the code tells of none. */
export function signalOf(exitCode: number): NodeJS.Signals | null {
  if (exitCode >= 0) return null;
  const { signals } = process.getBuiltinModule("node:os").constants;
  const found = Object.entries(signals).find(([, number]) => number === -exitCode);
  return (found?.[0] as NodeJS.Signals | undefined) ?? null;
}

/** An exit code as the operating system keeps it, in one byte: 300 is 44, -1 is 255. Threads are told apart by nothing. */
export function exitByte(code: number): number {
  return code & 0xff;
}
