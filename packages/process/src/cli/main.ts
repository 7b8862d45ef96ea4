import { doctor } from "./doctor-command.ts";
import { ps } from "./ps-command.ts";
import { run } from "./run-command.ts";
import type { Streams } from "./streams.ts";
import { top } from "./top-command.ts";

const commands: Readonly<Record<string, (operands: readonly string[], streams: Streams) => Promise<number>>> = {
  doctor,
  ps,
  run,
  top,
};

const usage = `Usage: manyhands COMMAND

  doctor FILE   prints how each function of a module would be sent to a child, or why it cannot be; --json: a JSON array
  doctor --node checks whether Node's internals are as this package expects; --json: a JSON array
  ps [PID]      lists programs that called allowWatching(), with their threads and processes
  run FILE      starts a program that can fork: start method "fork", and fork() of @manyhands/process/posix; options of
                Node before the file, arguments of the program after it
  top [PID]     shows one of these programs at an interval, until it ends or Ctrl-C

Options of ps and top:
  --json               prints a JSON array; top prints one a line
  --interval-ms COUNT  top: milliseconds between updates. Default: 1000
  --count COUNT        top: the number of updates. Default: no limit
`;

/**
 * The command `manyhands`.
 *
 * @param argv the arguments after the command's name.
 * @returns the exit code: 0; 1 when the command failed; 2 when the command line is wrong.
 */
export async function main([name, ...operands]: readonly string[], streams: Streams): Promise<number> {
  const command = name === undefined ? undefined : commands[name];
  if (command !== undefined) return command(operands, streams);
  const isHelp = name === "--help" || name === "-h";
  streams[isHelp ? "stdout" : "stderr"].write(
    isHelp || name === undefined ? usage : `There is no command "${name}"\n\n${usage}`,
  );
  return isHelp ? 0 : 2;
}
