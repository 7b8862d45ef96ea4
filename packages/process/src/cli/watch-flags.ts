import type { CommandContext } from "../command/command.ts";
import { type Flags, toggle, wholeNumber } from "../command/flag.ts";

/** The operand of `ps` and `top`. */
export const programOperand = "[PID]";

/** The flags of both. */
export const watchFlags = { json: toggle({ help: "print a JSON array; top prints one per line" }) };

/** The pid that was given; `undefined` for none in particular. */
export function pidOf<F extends Flags>({ operands: [pid], refuse }: CommandContext<F>): number | undefined {
  if (pid === undefined) return undefined;
  try {
    return wholeNumber(pid, 1);
  } catch (error) {
    return refuse(`Cannot read the pid: ${(error as Error).message}`);
  }
}
