import { ManyhandsError } from "../../base/errors.ts";
import { identity } from "../info/process-identity.ts";

/** What {@link exit} throws in a child, so that `finally` blocks run on the way out. */
export class SystemExit extends ManyhandsError {
  readonly value: unknown;

  constructor(value: unknown) {
    super("SYSTEM_EXIT", `Left by exit(${value === undefined ? "" : String(value)})`);
    this.value = value;
  }
}

/**
 * Ends this process, as Python's `sys.exit`: in a child it throws, so that `finally` blocks run; in the main process it is
 * `process.exit`.
 *
 * @param value a number is the exit code, modulo 256; nothing, `null` and `false` are 0, `true` is 1; anything else is
 *   printed on stderr and is 1. Default: 0.
 */
export function exit(value?: unknown): never {
  if (identity().parent !== null) throw new SystemExit(value);
  return process.exit(exitCodeOf(value));
}

/** The exit code for what {@link exit} was given; what is no code is printed. */
export function exitCodeOf(value: unknown): number {
  if (value === undefined || value === null || value === false) return 0;
  if (value === true) return 1;
  if (typeof value === "number" && Number.isInteger(value)) return value & 0xff;
  process.stderr.write(`${typeof value === "string" ? value : process.getBuiltinModule("node:util").inspect(value)}\n`);
  return 1;
}
