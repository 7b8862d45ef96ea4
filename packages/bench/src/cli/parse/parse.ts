import { parseArgs } from "node:util";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import { suggestion } from "./closest.ts";
import type { Flag } from "./flag.ts";

/** Flags by name. */
// biome-ignore lint/suspicious/noExplicitAny: each flag has a type of its own
export type Flags = Record<string, Flag<any>>;

/** The values of a command's flags. */
export type Values<F extends Flags> = { readonly [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never };

/** A parsed command line. */
export interface Parsed<F extends Flags> {
  readonly values: Values<F>;
  /** Names of the flags that were given. */
  readonly given: ReadonlySet<string>;
  readonly operands: readonly string[];
}

/**
 * Parses a command line.
 *
 * @throws {BenchError} with the exit code for usage, naming the flag and what it takes.
 */
export function parseCommandLine<F extends Flags>(flags: F, argv: readonly string[]): Parsed<F> {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      {
        type: flag.placeholder === undefined ? ("boolean" as const) : ("string" as const),
        ...(flag.short === undefined ? {} : { short: flag.short }),
        multiple: flag.repeated ?? false,
      },
    ]),
  );
  let parsed: { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    const names = Object.keys(flags).map((name) => `--${name}`);
    const [, unknown = ""] = /^Unknown option '([^']+)'/.exec(message) ?? [];
    const known =
      code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" ? `${suggestion(unknown, names)}; there are ${names.join(", ")}` : "";
    throw new BenchError(`${message.split(". ")[0]}${known}; see --help`, exitCodes.usage, { cause });
  }
  const values = Object.entries(flags).map(([name, flag]) => {
    const given = parsed.values[name];
    if (given === undefined) return [name, flag.initial];
    try {
      return [name, flag.read(Array.isArray(given) ? given.join("\n") : String(given))];
    } catch (cause) {
      throw new BenchError(`Cannot read --${name}: ${(cause as Error).message}`, exitCodes.usage, { cause });
    }
  });
  return {
    values: Object.fromEntries(values) as Values<F>,
    given: new Set(Object.keys(parsed.values)),
    operands: parsed.positionals,
  };
}

/** Pairs written `key=value`, as an object; a word without `=` has an empty value. */
export function pairsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = "", value = ""] = pair.split(/=(.*)/s);
      return [key, value];
    }),
  );
}

/** The lines of help for flags: name, what it does, default. */
export function describeFlags(flags: Flags): string[] {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const short = flag.short === undefined ? "    " : `-${flag.short}, `;
    const initial = flag.initially ?? describeInitial(flag.initial);
    return [
      `  ${short}--${name}${flag.placeholder === undefined ? "" : ` ${flag.placeholder}`}`,
      flag.help + initial,
    ] as const;
  });
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

function describeInitial(initial: unknown): string {
  if (typeof initial === "string" || typeof initial === "number") return ` (${initial})`;
  return "";
}
