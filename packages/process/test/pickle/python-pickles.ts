import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PythonFrameReader, pythonFrameHeader } from "../../src/connection/python-frame.ts";
import type { Python } from "../connection/pythons.ts";

const script = join(import.meta.dirname, "../fixture/pickles.py");

/** A value of Python: its description, and its pickles of the protocols 2 to 5. */
export interface PythonPickles {
  readonly description: unknown;
  readonly pickles: readonly Buffer[];
}

/** Lets Python read pickles, describe what they contain, and write it again. */
export function readInPython({ command }: Python, pickles: readonly Buffer[]): PythonPickles[] {
  const input = Buffer.concat(pickles.flatMap((pickle) => [pythonFrameHeader(pickle.length), pickle]));
  return parse(execFileSync(command, [script, "read"], { input, maxBuffer: 2 ** 30 }));
}

/** Lets Python write pickles of random values. */
export function writeInPython({ command }: Python, count: number, seed: number): PythonPickles[] {
  return parse(execFileSync(command, [script, "write", String(count), String(seed)], { maxBuffer: 2 ** 30 }));
}

function parse(output: Buffer): PythonPickles[] {
  const reader = new PythonFrameReader();
  reader.push(output);
  const values: PythonPickles[] = [];
  for (let text = reader.take(2 ** 30); text !== undefined; text = reader.take(2 ** 30)) {
    const pickles = [2, 3, 4, 5].map(() => reader.take(2 ** 30) as Buffer);
    values.push({ description: JSON.parse(text.toString()), pickles });
  }
  return values;
}

/**
 * Describes a value as `pickles.py` does.
 *
 * @param isKey whether it is in a Set or a key of a Map, where arrays are tuples.
 */
export function describeValue(value: unknown, seen: readonly unknown[] = [], isKey = false): unknown {
  if (typeof value === "object" && value !== null && seen.includes(value)) return ["cycle"];
  const within = [...seen, value];
  if (value === undefined) return ["is", null];
  if (value === null || typeof value === "boolean") return ["is", value];
  if (typeof value === "string") return ["text", hexOf(value)];
  if (typeof value === "bigint") return ["int", String(value)];
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return ["int", String(value)];
    return ["float", doubleOf(value)];
  }
  if (value instanceof Uint8Array) return ["bytes", Buffer.from(value).toString("hex")];
  if (Array.isArray(value)) return [isKey ? "tuple" : "list", value.map((item) => describeValue(item, within, isKey))];
  if (value instanceof Set) return ["set", [...value].map((item) => describeValue(item, within, true))];
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  return ["dict", entries.map(([key, item]) => [describeValue(key, within, true), describeValue(item, within)])];
}

/**
 * Sorts the contents of dicts and sets in a description.
 *
 * @param isJavaScript removes the differences that JavaScript does not have: of tuples and lists, of integers and
 *   floats without a fraction, and of the two zeros, which are one key of a Map.
 */
export function normalize(description: unknown, isJavaScript: boolean): unknown {
  const [kind, content] = description as [string, unknown];
  const within = (item: unknown) => normalize(item, isJavaScript);
  switch (kind) {
    case "list":
    case "tuple":
      return [isJavaScript ? "list" : kind, (content as unknown[]).map(within)];
    case "set":
      return [kind, sorted((content as unknown[]).map(within))];
    case "dict":
      return [kind, sorted((content as unknown[][]).map((entry) => entry.map(within)))];
    case "float": {
      const number = Buffer.from(content as string, "hex").readDoubleBE();
      return isJavaScript && Number.isSafeInteger(number) ? ["int", String(number)] : description;
    }
    default:
      return description;
  }
}

function sorted(items: readonly unknown[]): unknown[] {
  return items.map((item) => JSON.stringify(item)).sort();
}

function doubleOf(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(Number.isNaN(value) ? Number.NaN : value);
  return bytes.toString("hex");
}

// Each UTF-16 surrogate without its other half is encoded by itself, as Python's `surrogatepass` does.
function hexOf(text: string): string {
  let hex = "";
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const isLone = code >= 0xd800 && code <= 0xdfff;
    hex += isLone
      ? Buffer.from([0xed, 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]).toString("hex")
      : Buffer.from(character).toString("hex");
  }
  return hex;
}
