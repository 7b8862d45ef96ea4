import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { BenchError, exitCodes } from "./bench-error.ts";
import type { MessageResult } from "./message-result.ts";
import { type ScalingResult, schemaVersion } from "./scaling-result.ts";
import type { SpawnResult } from "./spawn-result.ts";

/** Every kind of result that is kept on disk. */
export type Result = ScalingResult | SpawnResult | MessageResult;

/** The result as text. An open end of an interval, which JSON cannot say, becomes `null`. */
export function stringifyResult(result: Result): string {
  return `${JSON.stringify(result, null, 1)}\n`;
}

/**
 * Reads a result from text.
 *
 * @param name what to call it in errors.
 * @throws {BenchError} when it is no result, or of a newer version than this package knows.
 */
export function parseResult(text: string, name: string): Result {
  let value: Partial<Result>;
  try {
    value = JSON.parse(text, openEnds) as Partial<Result>;
  } catch (cause) {
    throw new BenchError(`Cannot read ${name}: it is not JSON`, exitCodes.usage, { cause });
  }
  if (typeof value?.schemaVersion !== "number" || value.kind === undefined) {
    throw new BenchError(`Cannot read ${name}: it is no result of manyhands-bench`, exitCodes.usage);
  }
  if (value.schemaVersion > schemaVersion) {
    throw new BenchError(
      `Cannot read ${name}: it has version ${value.schemaVersion}, this program knows ${schemaVersion}; install a newer one`,
      exitCodes.usage,
    );
  }
  return value as Result;
}

function openEnds(key: string, value: unknown): unknown {
  if (value !== null) return value;
  return key === "low" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Writes a result, compressed when the name ends in `.gz`; makes the folder when it is missing. */
export function writeResult(path: string, result: Result): void {
  mkdirSync(dirname(path), { recursive: true });
  const text = stringifyResult(result);
  writeFileSync(path, path.endsWith(".gz") ? gzipSync(text) : text);
}

/** Reads a result that `writeResult` wrote. @throws {BenchError} when it cannot be read. */
export function readResult(path: string): Result {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new BenchError(`Cannot read ${path}: ${(cause as Error).message}`, exitCodes.usage, { cause });
  }
  return parseResult((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"), path);
}
