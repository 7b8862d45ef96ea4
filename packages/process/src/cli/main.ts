import { readFileSync } from "node:fs";
import { closest } from "../base/closest.ts";
import { doctor } from "./doctor-command.ts";
import { ps } from "./ps-command.ts";
import { run } from "./run-command.ts";
import type { Streams } from "./streams.ts";
import { top } from "./top-command.ts";

interface Command {
  /** The text of `manyhands help COMMAND`; its first line is the usage, its second says what the command does. */
  readonly help: string;
  /** @returns the exit code. */
  execute(operands: readonly string[], streams: Streams): Promise<number>;
}

const watchOptions = "  --json               prints a JSON array; top prints one per line\n";

const commands: Readonly<Record<string, Command>> = {
  doctor: {
    execute: doctor,
    help: `doctor FILE | doctor --node
  prints how each function of a module would be sent to a child, or why it cannot be; or checks Node's internals

  FILE                 the module. It is imported, which runs its top-level code
  --node               checks whether Node's internals are as this package expects
  --json               prints a JSON array
`,
  },
  ps: {
    execute: ps,
    help: `ps [PID]
  lists programs that called allowWatching(), with their threads and processes

  PID                  lists this program only
${watchOptions}`,
  },
  run: {
    execute: run,
    help: `run [OPTIONS OF NODE] FILE [ARGUMENTS]
  starts a program that can fork: start method "fork", and fork() of @manyhands/process/posix
`,
  },
  top: {
    execute: top,
    help: `top [PID]
  shows one of these programs at an interval, until it ends or Ctrl-C

  PID                  shows this program. Default: the only one that can be watched
${watchOptions}  --interval-ms COUNT  milliseconds between updates. Default: 1000
  --count COUNT        the number of updates. Default: no limit
`,
  },
};

const usage = `Usage: manyhands COMMAND

${Object.values(commands)
  .map(({ help }) => `  ${help.split("\n").slice(0, 2).join("\n    ")}`)
  .join("\n")}

  manyhands help COMMAND prints its options, manyhands --version the version
`;

/**
 * The command `manyhands`.
 *
 * @param argv the arguments after the command's name.
 * @returns the exit code: 0; 1 when the command failed; 2 when the command line is wrong.
 */
export async function main([name, ...operands]: readonly string[], streams: Streams): Promise<number> {
  if (name === "--version" || name === "-v") return print(streams, `${version()}\n`);
  if (name === "--help" || name === "-h" || (name === "help" && operands.length === 0)) return print(streams, usage);
  const [subject] = operands;
  if (name === "help" && subject !== undefined) {
    const command = commands[subject];
    return command === undefined ? refuse(streams, subject) : print(streams, `Usage: manyhands ${command.help}`);
  }
  const command = name === undefined ? undefined : commands[name];
  if (command === undefined) return refuse(streams, name);
  // Arguments of a program that runs are the program's.
  if (name !== "run" && (subject === "--help" || subject === "-h"))
    return print(streams, `Usage: manyhands ${command.help}`);
  return command.execute(operands, streams);
}

function print({ stdout }: Streams, text: string): number {
  stdout.write(text);
  return 0;
}

function refuse({ stderr }: Streams, name: string | undefined): number {
  const meant = name === undefined ? undefined : closest(name, Object.keys(commands));
  const known =
    meant === undefined ? usage : `Did you mean "manyhands ${meant}"? manyhands --help lists all commands\n`;
  stderr.write(name === undefined ? usage : `There is no command "${name}". ${known}`);
  return 2;
}

function version(): string {
  const manifest = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
