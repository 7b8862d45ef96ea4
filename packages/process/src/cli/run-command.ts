import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { defineCommand, type Streams } from "../command/command.ts";
import { forkRefusal } from "../posix/calls/posix-support.ts";
import { execForkReady } from "../posix/fork/exec-fork-ready.ts";

/**
 * `manyhands run main.ts`: replaces this process by Node with the program, which can fork. The pid stays, so arguments,
 * streams, signals and the exit code are those of the program.
 */
export const run = defineCommand({
  name: "run",
  passesOn: "[OPTIONS OF NODE] FILE [ARGUMENTS]",
  summary: 'start a program that can fork: start method "fork", and fork() of @manyhands/process/posix',
  group: "Run and examine",
  flags: {},
  run: async ({ operands, ...streams }) => runForkReady(operands, streams),
});

/** @returns the exit code when the program could not be started. */
function runForkReady(args: readonly string[], streams: Streams): number {
  const fail = (message: string, code: number) => {
    streams.stderr.write(`manyhands: ${message}\n`);
    return code;
  };
  const at = args.findIndex((arg) => !arg.startsWith("-"));
  const program = args[at];
  if (program === undefined) return fail("cannot run: no program is given, write: manyhands run main.ts", 2);
  if (!existsSync(program)) return fail(`cannot run ${program}: there is no such file, check its path`, 2);
  const refusal = forkRefusal();
  if (refusal !== null)
    return fail(`cannot run ${program} fork-ready: ${refusal}; to run it without fork, write: node ${program}`, 1);
  const loader = needsLoader(program) ? loaderFor(program) : [];
  if (loader === null) {
    return fail(
      `cannot run ${program}: Node ${process.version} does not load TypeScript by itself; npm install --save-dev tsx, or use Node 22.18 or newer`,
      1,
    );
  }
  try {
    return execForkReady([...loader, ...args]);
  } catch (error) {
    return fail(`cannot run ${program}: ${(error as Error).message}`, 1);
  }
}

function needsLoader(program: string): boolean {
  return /\.[cm]?tsx?$/.test(program) && !(process.features as { typescript?: unknown }).typescript;
}

/** The options by which tsx loads TypeScript; `null` when tsx is not installed. */
function loaderFor(program: string): string[] | null {
  const { createRequire } = process.getBuiltinModule("node:module");
  for (const from of [pathToFileURL(program), pathToFileURL(`${process.cwd()}/program.js`)]) {
    try {
      return ["--import", pathToFileURL(createRequire(from).resolve("tsx")).href];
    } catch {
      // Not installed there.
    }
  }
  return null;
}
