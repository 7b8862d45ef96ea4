import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BenchError, exitCodes } from "./bench-error.ts";
import { type Result, readResult, writeResult } from "./result-file.ts";

const folder = join(".bench", "baselines");

/**
 * Saves a result under a name, for this machine.
 *
 * @returns the path of the file.
 */
export function saveBaseline(name: string, result: Result): string {
  const path = pathOf(name, result.context.machineId);
  mkdirSync(join(folder, result.context.machineId), { recursive: true });
  writeResult(path, result);
  return path;
}

/**
 * Loads a baseline: this machine's, otherwise another machine's, whose absolute times are not comparable.
 *
 * @throws {BenchError} when no machine has a baseline of that name.
 */
export function loadBaseline(name: string, machineId: string): Result {
  const own = pathOf(name, machineId);
  if (existsSync(own)) return readResult(own);
  const other = listBaselines().find((baseline) => baseline.name === name);
  if (other !== undefined) return readResult(pathOf(name, other.machineId));
  const names = [...new Set(listBaselines().map((baseline) => baseline.name))].join(", ") || "none";
  throw new BenchError(
    `Cannot compare with baseline "${name}": it does not exist; saved are ${names}`,
    exitCodes.usage,
  );
}

/** All saved baselines below the current folder. */
export function listBaselines(): { readonly name: string; readonly machineId: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((machineId) =>
    readdirSync(join(folder, machineId))
      .filter((file) => file.endsWith(".json"))
      .map((file) => ({ name: file.slice(0, -".json".length), machineId })),
  );
}

/**
 * Removes a baseline of every machine.
 *
 * @throws {BenchError} when no machine has a baseline of that name.
 */
export function removeBaseline(name: string): void {
  const found = listBaselines().filter((baseline) => baseline.name === name);
  if (found.length === 0) throw new BenchError(`Cannot remove baseline "${name}": it does not exist`, exitCodes.usage);
  for (const { machineId } of found) rmSync(pathOf(name, machineId));
}

/**
 * Checks that a name is a valid file name.
 *
 * @throws {BenchError} with the exit code `usage`, for other names: they could name a file outside of the folder.
 */
export function checkBaselineName(name: string): void {
  if (/^[\w.-]+$/.test(name) && !name.startsWith(".")) return;
  throw new BenchError(`Cannot use baseline name "${name}": write letters, digits, dots and dashes`, exitCodes.usage);
}

function pathOf(name: string, machineId: string): string {
  checkBaselineName(name);
  return join(folder, machineId, `${name}.json`);
}
