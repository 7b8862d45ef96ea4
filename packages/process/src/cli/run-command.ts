import { existsSync } from "node:fs";
import { defineCommand, isHelp, type Streams } from "../command/command.ts";
import { forkRefusal } from "../posix/calls/posix-support.ts";
import { execForkReady } from "../posix/fork/exec-fork-ready.ts";
import { inheritedExecArgv } from "../start/child/exec-argv.ts";
import { loaderOptions, programIn } from "./program-loader.ts";

/**
 * `manyhands run main.ts`: replaces this process by Node with the program, which can fork. The pid stays, so arguments,
 * streams, signals and the exit code are those of the program. Options of Node that this command was started with, such
 * as `--permission`, hold for the program too.
 */
export const run = defineCommand({
  name: "run",
  passesOn: "[OPTIONS OF NODE] FILE [ARGUMENTS]",
  summary: 'start a program that can fork: start method "fork", and fork() of @manyhands/process/posix',
  group: "Run and examine",
  flags: {},
  run: async ({ operands, printHelp, ...streams }) =>
    isHelp(operands) ? printHelp() : runForkReady(operands, streams),
});

/** @returns the exit code when the program could not be started. */
function runForkReady(args: readonly string[], streams: Streams): number {
  const fail = (message: string, code: number) => {
    streams.stderr.write(`manyhands: ${message}\n`);
    return code;
  };
  const program = programIn(args);
  if (program === undefined) return fail("cannot run: no program is given, write: manyhands run main.ts", 2);
  if (!existsSync(program)) return fail(`cannot run ${program}: there is no such file, check its path`, 2);
  const refusal = forkRefusal();
  if (refusal !== null)
    return fail(`cannot run ${program} fork-ready: ${refusal}; to run it without fork, write: node ${program}`, 1);
  const loader = loaderOptions(program);
  if (typeof loader === "string") return fail(`cannot run ${program}: ${loader}`, 1);
  try {
    return execForkReady([...inheritedExecArgv(), ...loader, ...args]);
  } catch (error) {
    return fail(`cannot run ${program}: ${(error as Error).message}`, 1);
  }
}
