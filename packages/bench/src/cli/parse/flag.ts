import { parseBytes } from "../../base/byte-size.ts";
import { parseCpuList } from "../../base/cpu-list.ts";
import { parseDuration } from "../../base/duration.ts";
import type { Pin } from "../../base/pin-order.ts";

/** One flag, declared once: its name, how its text reads, its default, and its help. */
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
  /** @throws {RangeError} when the flag does not accept the text. */
  read(text: string): T;
}

type Declared<T> = Pick<Flag<T>, "help"> & Partial<Pick<Flag<T>, "initially" | "short">>;

/** A flag without a value. */
export function toggle(declared: Declared<boolean>): Flag<boolean> {
  return { ...declared, initial: false, read: () => true };
}

/** A whole number from `least`. */
export function count<T extends number | undefined>(
  placeholder: string,
  initial: T,
  least: number,
  declared: Declared<T>,
): Flag<T | number> {
  return {
    ...declared,
    placeholder,
    initial,
    read(text) {
      const value = Number(text);
      if (text.trim() === "" || !Number.isInteger(value) || value < least) {
        throw new RangeError(`"${text}" is not a whole number ≥ ${least}`);
      }
      return value;
    },
  };
}

/** A regular expression. The default matches everything. */
export function pattern(declared: Declared<RegExp>): Flag<RegExp> {
  return {
    ...declared,
    placeholder: "RE",
    initial: /(?:)/,
    read(given) {
      try {
        return new RegExp(given);
      } catch (cause) {
        throw new RangeError((cause as Error).message, { cause });
      }
    },
  };
}

/** A number above zero. */
export function amount<T extends number | undefined>(
  placeholder: string,
  initial: T,
  declared: Declared<T>,
): Flag<T | number> {
  return {
    ...declared,
    placeholder,
    initial,
    read(text) {
      const value = Number(text);
      if (text.trim() === "" || !(value > 0) || !Number.isFinite(value))
        throw new RangeError(`"${text}" is not a number above 0`);
      return value;
    },
  };
}

/** A share, written as `2%` or `0.02`; between 0 and 1. */
export function share<T extends number | undefined>(initial: T, declared: Declared<T>): Flag<T | number> {
  return {
    ...declared,
    placeholder: "P%",
    initial,
    read(text) {
      const value = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
      if (!(value > 0 && value < 1)) throw new RangeError(`"${text}" is not a share between 0% and 100%`);
      return value;
    },
  };
}

/** How to pin workers: `cores`, `threads` or `list:0,2,4`; free by default. */
export function pinning(declared: Declared<Pin | undefined>): Flag<Pin | undefined> {
  return {
    ...declared,
    placeholder: "cores|threads|list:LIST",
    initial: undefined,
    read(given) {
      if (given === "cores" || given === "threads") return given;
      if (!/^list:\d+(-\d+)?(,\d+(-\d+)?)*$/.test(given))
        throw new RangeError(`"${given}" is none of cores, threads, list:0,2,4`);
      return parseCpuList(given.slice("list:".length));
    },
  };
}

/** A time, returned in milliseconds. */
export function duration<T extends number | undefined>(initial: T, declared: Declared<T>): Flag<T | number> {
  return { ...declared, placeholder: "DUR", initial, read: (text) => parseDuration(text) / 1e6 };
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

/** Sizes in bytes, separated by commas: `0,64M,256M`. */
export function byteList(initial: readonly number[], declared: Declared<readonly number[]>): Flag<readonly number[]> {
  return { ...declared, placeholder: "LIST", initial, read: (given) => given.split(",").map(parseBytes) };
}

/** Counts as `1,2,4` or `1..8`, or `auto` for the default. */
export function countList(
  declared: Declared<readonly number[] | undefined>,
  least = 1,
): Flag<readonly number[] | undefined> {
  return {
    ...declared,
    placeholder: "LIST",
    initial: undefined,
    read(given) {
      if (given === "auto") return undefined;
      return given.split(",").flatMap((part) => {
        const [, first, last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(part.trim()) ?? [];
        const [low, high] = [Number(first), Number(last)];
        if (!(low >= least && high >= low)) throw new RangeError(`"${part}" is not a count: write 1,2,4 or 1..8`);
        return Array.from({ length: high - low + 1 }, (_, at) => low + at);
      });
    },
  };
}

function oneOf<T extends string>(all: readonly T[], given: string): T {
  const found = all.find((word) => word === given);
  if (found === undefined) throw new RangeError(`"${given}" is none of ${all.join(", ")}`);
  return found;
}
