import { doctor } from "./doctor.ts";
import type { Streams } from "./streams.ts";

const commands: Readonly<Record<string, (operands: readonly string[], streams: Streams) => Promise<number>>> = {
  doctor,
};

const usage = `Usage: manyhands COMMAND

  doctor FILE   how each function of a module would travel to a child, and why one cannot
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
