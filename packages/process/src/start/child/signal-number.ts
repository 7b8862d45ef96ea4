import { signalOf } from "./exit-code.ts";

/** The number of a signal. @throws {TypeError} when there is no such signal. */
export function signalNumber(signal: NodeJS.Signals): number {
  const number = process.getBuiltinModule("node:os").constants.signals[signal];
  if (number === undefined) throw new TypeError(`Cannot send a signal: there is no signal "${signal}"`);
  return number;
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
