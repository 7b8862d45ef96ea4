/** The number of a signal. Its negative is the exit code of a child that the signal ended. */
export function signalNumber(signal: NodeJS.Signals): number {
  const number = process.getBuiltinModule("node:os").constants.signals[signal];
  if (number === undefined) throw new TypeError(`Cannot send a signal: there is no signal "${signal}"`);
  return number;
}

/** The name of the signal in an exit code; `null` when no signal ended the child. */
export function signalOf(exitCode: number): NodeJS.Signals | null {
  if (exitCode >= 0) return null;
  const { signals } = process.getBuiltinModule("node:os").constants;
  const found = Object.entries(signals).find(([, number]) => number === -exitCode);
  return (found?.[0] as NodeJS.Signals | undefined) ?? null;
}

/**
 * The name of a signal that is given by name or number.
 *
 * @throws {TypeError} when there is no such signal.
 */
export function signalName(signal: NodeJS.Signals | number): NodeJS.Signals {
  const name = typeof signal === "number" ? signalOf(-signal) : signal;
  if (name === null) throw new TypeError(`Cannot send a signal: there is no signal ${signal}`);
  signalNumber(name);
  return name;
}

/** An exit code as the operating system keeps it, in one byte: 300 is 44, -1 is 255. */
export function exitByte(code: number): number {
  return code & 0xff;
}
