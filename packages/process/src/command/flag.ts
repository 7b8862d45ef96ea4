/** One flag of a command, declared once: how its text is read, its default, and its help. */
export interface Flag<T> {
  /** The value's placeholder in the help: `N`, `DUR`. Absent for a switch, which takes no value. */
  readonly placeholder?: string;
  readonly help: string;
  readonly initial: T;
  /** The default in words, when the value does not show it. */
  readonly initially?: string;
  readonly short?: string;
  /** Whether it may be given more than once. `read` then gets the values joined by newlines. */
  readonly repeated?: boolean;
  /** The heading in the help. Default: `Options`. */
  readonly group?: string;
  /** @throws {RangeError} when the flag does not accept the text. */
  read(text: string): T;
}

/** Flags by name. */
// biome-ignore lint/suspicious/noExplicitAny: each flag has a type of its own
export type Flags = Record<string, Flag<any>>;

/** The values of a command's flags. */
export type Values<F extends Flags> = { readonly [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never };

/** What the author of a flag writes. */
export type Declared<T> = Pick<Flag<T>, "help"> & Partial<Pick<Flag<T>, "initially" | "short">>;

/** A flag without a value. */
export function toggle(declared: Declared<boolean>): Flag<boolean> {
  return { ...declared, initial: false, read: () => true };
}

/** A whole number from `least` to `most`. Default: no limit. */
export function count<T extends number | undefined>(
  placeholder: string,
  initial: T,
  least: number,
  declared: Declared<T>,
  most = Number.POSITIVE_INFINITY,
): Flag<T | number> {
  return { ...declared, placeholder, initial, read: (text) => wholeNumber(text, least, most) };
}

/**
 * Reads a whole number.
 *
 * @throws {RangeError} when the text is none, below `least` or above `most`.
 */
export function wholeNumber(text: string, least: number, most = Number.POSITIVE_INFINITY): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least) {
    throw new RangeError(`"${text}" is not a whole number ≥ ${least}`);
  }
  if (value > most) throw new RangeError(`"${text}" is not a whole number ≤ ${most}`);
  return value;
}

/** One value of a list. */
export function choice<const T extends string>(
  choices: readonly T[],
  initial: NoInfer<T>,
  declared: Declared<T>,
): Flag<T> {
  return { ...declared, placeholder: choices.join("|"), initial, read: (text) => oneOf(choices, text) };
}

/** Values of a list, separated by commas. Default: all. `none` is accepted when `mayBeNone`. */
export function choices<const T extends string>(
  all: readonly T[],
  declared: Declared<readonly T[]>,
  mayBeNone = false,
): Flag<readonly T[]> {
  return {
    ...declared,
    placeholder: "LIST",
    initial: all,
    read: (text) => (mayBeNone && text === "none" ? [] : text.split(",").map((word) => oneOf(all, word.trim()))),
  };
}

/** Any text. */
export function text<T extends string | undefined>(
  placeholder: string,
  initial: T,
  declared: Declared<T>,
): Flag<T | string> {
  return { ...declared, placeholder, initial, read: (given) => given };
}

/** Any texts; the flag is given once for each. */
export function texts(placeholder: string, declared: Declared<readonly string[]>): Flag<readonly string[]> {
  return { ...declared, placeholder, initial: [], repeated: true, read: (given) => given.split("\n") };
}

/** The same flags below another heading of the help. */
export function inGroup<F extends Flags>(group: string, flags: F): F {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { group, ...flag }])) as F;
}

function oneOf<T extends string>(all: readonly T[], given: string): T {
  const found = all.find((word) => word === given);
  if (found === undefined) throw new RangeError(`"${given}" is none of ${all.join(", ")}`);
  return found;
}
