import { ManyhandsError } from "../../base/errors.ts";
import { identity } from "../info/process-identity.ts";

/** Thrown by {@link exit} in a child, so that `finally` blocks run before it exits. */
export class SystemExit extends ManyhandsError {
  readonly value: unknown;

  constructor(value: unknown) {
    super("SYSTEM_EXIT", `Left by exit(${value === undefined ? "" : String(value)})`);
    this.value = value;
  }
}

/**
 * Ends this process, as Python's `sys.exit`. In a child it throws, so that `finally` blocks run; in the main process it
 * calls `process.exit`.
 *
 * @param value a number is the exit code, modulo 256; `undefined`, `null` and `false` mean 0, `true` means 1. Any other
 *   value is printed to stderr and means 1. Default: 0.
 */
export function exit(value?: unknown): never {
  if (identity().parent !== null) throw new SystemExit(value);
  return process.exit(exitCodeForValue(value));
}

/** The exit code for the value given to {@link exit}. Prints a value that is not a code. */
export function exitCodeForValue(value: unknown): number {
  if (value === undefined || value === null || value === false) return 0;
  if (value === true) return 1;
  if (typeof value === "number" && Number.isInteger(value)) return value & 0xff;
  process.stderr.write(`${typeof value === "string" ? value : process.getBuiltinModule("node:util").inspect(value)}\n`);
  return 1;
}
