import { doctor } from "./doctor-command.ts";
import { ps } from "./ps-command.ts";
import { run } from "./run-command.ts";
import type { Streams } from "./streams.ts";
import { top } from "./top.ts";

const commands: Readonly<Record<string, (operands: readonly string[], streams: Streams) => Promise<number>>> = {
  doctor,
  ps,
  run,
  top,
};

const usage = `Usage: manyhands COMMAND

  doctor FILE   how each function of a module would travel to a child, and why one cannot; --json for one JSON array
  ps [PID]      lists programs that called allowWatching(), with everything below them
  run FILE      starts a program so that it can be forked: start method "fork", and fork() of @manyhands/process/posix;
                options of Node before the file, the program's arguments behind it
  top [PID]     shows one of them anew every while, until it ends or Ctrl-C

Options of ps and top:
  --json               for programs: one JSON array, for top one a line
  --interval-ms COUNT  top: milliseconds from one look to the next. Default: 1000
  --count COUNT        top: how many looks. Default: no limit
`;

/**
 * The command `manyhands`.
 *
 * @param argv what follows the command's name.
 * @returns the exit code: 0, 1 when what was asked about is not well, 2 when the command line is wrong.
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
