import { runProgram, type Streams } from "@manyhands/process/command-line";
import { tool } from "../base/tool.ts";
import { advise } from "./advise-command.ts";
import { baseline } from "./baseline-command.ts";
import { doctor } from "./bench-doctor.ts";
import { ci } from "./ci-command.ts";
import { compare } from "./compare-command.ts";
import { exporting } from "./export.ts";
import { run } from "./kernel-command.ts";
import { list } from "./list-command.ts";
import { message } from "./message-command.ts";
import { report } from "./report.ts";
import { scale } from "./scale.ts";
import { show } from "./show.ts";
import { spawn } from "./spawn-command.ts";
import { stats } from "./stats.ts";

/**
 * Runs the command line `manyhands-bench`.
 *
 * @param argv the words after the program's name.
 * @returns the exit code.
 */
export function main(argv: readonly string[], streams: Streams): Promise<number> {
  const program = {
    name: "manyhands-bench",
    summary: "how much faster work gets with more cores, and what a process or a message costs",
    version: tool.version,
    commands: [scale, run, advise, spawn, message, doctor, list, show, stats, compare, report, exporting, ci, baseline],
    notes: [
      "Exit codes: 0 measured, 1 a gate failed, 2 usage, 3 a wrong answer, 4 invalid, 5 a requirement is missing,",
      "124 --timeout, 130 Ctrl-C",
    ],
  };
  return runProgram(program, argv, streams);
}
