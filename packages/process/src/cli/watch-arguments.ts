import type { Streams } from "./streams.ts";

/** The command line of `ps` and `top`. */
export interface WatchArguments {
  /** The program to watch; `undefined` for none in particular. */
  readonly pid: number | undefined;
  readonly isJson: boolean;
  /** Milliseconds between updates. */
  readonly intervalMs: number;
  /** The number of updates; `Infinity` until the program ends. */
  readonly count: number;
}

/**
 * Reads the command line, and runs the command with it.
 *
 * @returns the exit code of the command; 2 when the command line is wrong.
 */
export async function runWithArguments(
  command: string,
  operands: readonly string[],
  { stderr }: Streams,
  run: (options: WatchArguments) => Promise<number>,
): Promise<number> {
  let options: WatchArguments;
  try {
    options = read(operands);
  } catch (error) {
    stderr.write(`manyhands ${command}: ${(error as Error).message}; see manyhands --help\n`);
    return 2;
  }
  return run(options);
}

function read(operands: readonly string[]): WatchArguments {
  const { values, positionals } = process.getBuiltinModule("node:util").parseArgs({
    args: [...operands],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      "interval-ms": { type: "string", default: "1000" },
      count: { type: "string" },
    },
  });
  const [pid, ...rest] = positionals;
  if (rest.length > 0) throw new RangeError(`${rest[0]} is a second program, name one`);
  return {
    pid: pid === undefined ? undefined : readCount("the pid", pid),
    isJson: values.json,
    intervalMs: readCount("--interval-ms", values["interval-ms"]),
    count: values.count === undefined ? Number.POSITIVE_INFINITY : readCount("--count", values.count),
  };
}

function readCount(what: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new RangeError(`${what} is ${JSON.stringify(text)}, write a whole number above 0`);
}
