import { BenchError, exitCodes } from "../base/bench-error.ts";
import { tool } from "../base/tool.ts";
import { advise } from "./advise-command.ts";
import { baseline } from "./baseline-command.ts";
import { doctor } from "./bench-doctor.ts";
import { ci } from "./ci-command.ts";
import { compare } from "./compare-command.ts";
import { completionOf } from "./completion-command.ts";
import { exporting } from "./export.ts";
import { run } from "./kernel-command.ts";
import { list } from "./list-command.ts";
import { message } from "./message-command.ts";
import { suggestion } from "./parse/closest.ts";
import type { Command, Streams } from "./parse/command.ts";
import { duration, toggle } from "./parse/flag.ts";
import { describeFlags, type Flags, parseCommandLine } from "./parse/parse.ts";
import { report } from "./report.ts";
import { outputFlags } from "./report-output.ts";
import { measuringFlags } from "./run/measuring-flags.ts";
import { scale } from "./scale.ts";
import { show } from "./show.ts";
import { spawn } from "./spawn-command.ts";
import { stats } from "./stats.ts";

const common = {
  timeout: duration(undefined, { help: "end after this time with exit code 124; what was measured is written" }),
  help: toggle({ short: "h", help: "show this help" }),
};
const results: readonly Command[] = [
  scale,
  run,
  advise,
  spawn,
  message,
  doctor,
  list,
  show,
  stats,
  compare,
  report,
  exporting,
  baseline,
  ci,
];
const commands: readonly Command[] = [...results, completionOf(results, common)];

/**
 * Runs the command line `manyhands-bench`.
 *
 * The first Ctrl-C ends the measurement after the current cell and reports what was measured; a second one ends at
 * once.
 *
 * @param argv the words after the program's name.
 * @returns the exit code.
 */
export async function main(argv: readonly string[], streams: Streams): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version") {
    streams.stdout.write(`${tool.version}\n`);
    return exitCodes.ok;
  }
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    (name === undefined ? streams.stderr : streams.stdout).write(overview());
    return name === undefined ? exitCodes.usage : exitCodes.ok;
  }
  try {
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) {
      const names = commands.map((candidate) => candidate.name);
      const known = `${suggestion(name, names)}; there are ${names.join(", ")}`;
      throw new BenchError(`Cannot run "${name}": no such command${known}`, exitCodes.usage);
    }
    return await runCommand(command, rest, streams);
  } catch (error) {
    if (error instanceof BenchError) {
      streams.stderr.write(`manyhands-bench: ${error.message}\n`);
      return error.exitCode;
    }
    // An error of the system, such as a full disk: no stack is printed.
    if (!(error instanceof Error && "syscall" in error)) throw error;
    streams.stderr.write(`manyhands-bench: Cannot continue: ${error.message}\n`);
    return exitCodes.usage;
  }
}

/** The longest time of a timer, in milliseconds: 24 days. */
const longest = 2 ** 31 - 1;

async function runCommand(command: Command, argv: readonly string[], streams: Streams): Promise<number> {
  const flags = { ...command.flags, ...common };
  const parsed = parseCommandLine(flags, argv);
  if (parsed.values.help) {
    streams.stdout.write(help(command));
    return exitCodes.ok;
  }
  const interruption = new AbortController();
  const interrupt = () => {
    streams.stderr.write("\nInterrupted: ending after the current cell; Ctrl-C again ends at once\n");
    interruption.abort();
  };
  process.once("SIGINT", interrupt);
  const late = new BenchError("The time limit was reached", exitCodes.timeout);
  const cut = () => {
    streams.stderr.write("The time limit was reached: reporting what was measured until now\n");
    interruption.abort(late);
  };
  const timer = setTimeout(cut, Math.min(parsed.values.timeout ?? longest, longest)).unref();
  try {
    return await command.run({
      ...parsed,
      stdout: streams.stdout,
      stderr: streams.stderr,
      signal: interruption.signal,
    });
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", interrupt);
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name, operands = "" }) => `${name} ${operands}`.length));
  const lines = commands.map(
    ({ name, operands = "", summary }) => `  ${`${name} ${operands}`.padEnd(width)}  ${summary}`,
  );
  return [
    "Usage: manyhands-bench <command> [flags]",
    "",
    ...lines,
    "",
    "manyhands-bench <command> --help shows its flags",
    "Exit codes: 0 measured, 1 a gate failed, 2 usage, 3 a wrong answer, 4 invalid, 5 a requirement is missing, 124 --timeout, 130 Ctrl-C",
    "",
  ].join("\n");
}

function help({ name, operands = "", summary, flags }: Command): string {
  const usage = `Usage: manyhands-bench ${name} ${operands}`.trimEnd();
  return [
    `${usage} [flags]`,
    "",
    summary[0]?.toUpperCase() + summary.slice(1),
    "",
    ...groupsOf(flags).flatMap(([title, group]) => [title, ...describeFlags(group), ""]),
  ].join("\n");
}

/** A command's flags by topic: its own, those of every measurement, and those of the output. */
function groupsOf(flags: Flags): (readonly [string, Flags])[] {
  const pick = (isWanted: (name: string) => boolean): Flags =>
    Object.fromEntries(Object.entries(flags).filter(([name]) => isWanted(name)));
  const isOutput = (name: string) => name in outputFlags && "fail-if" in flags;
  const isMeasuring = (name: string) => name in measuringFlags && "seed" in flags && !isOutput(name);
  const groups = [
    ["Flags", pick((name) => !isOutput(name) && !isMeasuring(name))],
    ["Measurement", pick(isMeasuring)],
    ["Output", pick(isOutput)],
    ["Common", common],
  ] as const;
  return groups.filter(([, group]) => Object.keys(group).length > 0);
}
