import type { Declared, Flag } from "@manyhands/process/command-line";
import { parseBytes } from "../../base/byte-size.ts";
import { parseCpuList } from "../../base/cpu-list.ts";
import { parseDuration } from "../../base/duration.ts";
import type { Pin } from "../../base/pin-order.ts";

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
