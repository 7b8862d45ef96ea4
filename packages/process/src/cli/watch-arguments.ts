import type { Streams } from "./streams.ts";

/** What `ps` and `top` are told on the command line. */
export interface WatchArguments {
  /** The program to look at; `undefined` when none was named. */
  readonly pid: number | undefined;
  readonly isJson: boolean;
  /** Milliseconds from one look to the next. */
  readonly intervalMs: number;
  /** How many looks; `Infinity` until the program ends. */
  readonly count: number;
}

/** Reads the command line, and gives it to what it is for. @returns what that does; 2 when the line is wrong. */
export async function withArguments(
  command: string,
  operands: readonly string[],
  { stderr }: Streams,
  run: (given: WatchArguments) => Promise<number>,
): Promise<number> {
  let given: WatchArguments;
  try {
    given = read(operands);
  } catch (error) {
    stderr.write(`manyhands ${command}: ${(error as Error).message}; see manyhands --help\n`);
    return 2;
  }
  return run(given);
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
  if (rest.length > 0) throw new RangeError(`${rest[0]} is one program too many`);
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
