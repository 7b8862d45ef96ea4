import { ProcessStateError } from "../../base/errors.ts";
import { executable } from "./executable.ts";
import { runsOtherProgram } from "./started-by.ts";

const fix = 'call setExecutable() with the path of a Node, or write startMethod: "thread"';

/**
 * Refuses to start a process where the executable runs its own program, whichever file it is given: each child would be
 * this program again, and start children without end. Single executables do so, and programs that embed Node.
 *
 * @param attempt the beginning of a sentence: `Cannot start Process-1`.
 * @throws {ProcessStateError} with what to do.
 */
export function refuseOtherProgram(attempt: string): void {
  if (runsOtherProgram()) {
    throw new ProcessStateError(
      `${attempt}: this process was started as a child, but it runs the program of its parent, since ` +
        `${process.execPath} does not run the file that it is given; ${fix}`,
    );
  }
  if (executable() === process.execPath && isSingleExecutable()) {
    throw new ProcessStateError(
      `${attempt}: ${process.execPath} is a single executable, which runs no other program; ${fix}`,
    );
  }
}

function isSingleExecutable(): boolean {
  return (process.getBuiltinModule("node:sea") as { isSea(): boolean } | undefined)?.isSea() === true;
}
