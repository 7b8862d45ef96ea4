import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { BenchError, exitCodes } from "./bench-error.ts";
import type { MessageResult } from "./message-result.ts";
import { schemaErrorOf } from "./result-schema.ts";
import type { ScalingResult } from "./scaling-result.ts";
import { schemaVersion } from "./schema-version.ts";
import type { SpawnResult } from "./spawn-result.ts";

/** Every kind of result that can be saved. */
export type Result = ScalingResult | SpawnResult | MessageResult;

/** The result as JSON. JSON has no infinity, so an open end of an interval becomes `null`. */
export function stringifyResult(result: Result): string {
  return `${JSON.stringify(result, null, 1)}\n`;
}

/**
 * Parses a result, and validates it by the published schema.
 *
 * @param name the name of the file, for errors.
 * @throws {BenchError} when the text is no result, is damaged, or has a version that this package does not know.
 */
export function parseResult(text: string, name: string): Result {
  const refuse = (why: string, cause?: unknown) =>
    new BenchError(`Cannot read ${name}: ${why}`, exitCodes.usage, { cause });
  let value: Partial<Result> | null;
  try {
    value = JSON.parse(text) as Partial<Result> | null;
  } catch (cause) {
    throw refuse("it is not JSON", cause);
  }
  if (typeof value?.schemaVersion !== "number" || typeof value.kind !== "string")
    throw refuse("it is no result of manyhands-bench");
  const version: number = value.schemaVersion;
  if (version > schemaVersion)
    throw refuse(`it has version ${version}, this program knows ${schemaVersion}; install a newer one`);
  if (version !== schemaVersion) throw refuse(`it has version ${version}, and results begin with ${schemaVersion}`);
  const current = withCurrentKeys(value) as Partial<Result>;
  const schemaError = schemaErrorOf(current);
  if (schemaError !== undefined) throw refuse(`it is damaged, or was changed by hand: ${schemaError}`);
  return withOpenEnds(current) as Result;
}

/** Keys that earlier results of this version have, with their present names. */
export const renamedKeys: Readonly<Record<string, string>> = { births: "starts", bornNs: "startedNs" };

function withCurrentKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withCurrentKeys);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [renamedKeys[key] ?? key, withCurrentKeys(inner)]),
  );
}

/** Replaces `null` by the infinite end of an interval. */
function withOpenEnds(value: unknown, key = ""): unknown {
  if (value === null) return key === "low" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => withOpenEnds(item));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withOpenEnds(inner, name)]));
}

/** Writes a result, compressed when the path ends in `.gz`; creates the folder when it is missing. */
export function writeResult(path: string, result: Result): void {
  mkdirSync(dirname(path), { recursive: true });
  const text = stringifyResult(result);
  writeFileSync(path, path.endsWith(".gz") ? gzipSync(text) : text);
}

/**
 * Reads a result that `writeResult` wrote.
 *
 * @throws {BenchError} when the file cannot be read.
 */
export function readResult(path: string): Result {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
    if (path.endsWith(".gz")) bytes = gunzipSync(bytes);
  } catch (cause) {
    throw new BenchError(`Cannot read ${path}: ${(cause as Error).message}`, exitCodes.usage, { cause });
  }
  return parseResult(bytes.toString("utf8"), path);
}
