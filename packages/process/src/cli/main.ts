import { readFileSync } from "node:fs";
import type { Streams } from "../command/command.ts";
import { runProgram } from "../command/run-program.ts";
import { doctor } from "./doctor-command.ts";
import { ps } from "./ps-command.ts";
import { run } from "./run-command.ts";
import { top } from "./top-command.ts";
import { trace } from "./trace-command.ts";
import { worker } from "./worker-command.ts";

/**
 * The command `manyhands`.
 *
 * @param argv the arguments after the command's name.
 * @returns the exit code: 0; 1 when the command failed; 2 when the command line is wrong.
 */
export function main(argv: readonly string[], streams: Streams): Promise<number> {
  const manifest = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const program = {
    name: "manyhands",
    summary: "examine functions and programs of @manyhands/process, and run programs that fork",
    version,
    commands: [doctor, run, trace, worker, ps, top],
  };
  return runProgram(program, argv, streams);
}
