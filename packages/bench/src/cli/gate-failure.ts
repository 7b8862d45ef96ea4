import type { Result } from "../base/result-file.ts";
import { judgeGate } from "../model/regression-gate.ts";
import type { Writable } from "../report/terminal/writable.ts";
import { usageError } from "./parse/command.ts";

/**
 * Whether a gate fails on a result; prints each failure to stderr.
 *
 * @throws {BenchError} for usage, when a gate asks for a value that the result does not have.
 */
export function gateFailed(expressions: readonly string[], result: Result, stderr: Writable): boolean {
  const failures = expressions.flatMap((expression) => usageError(() => judgeGate(expression, result)) ?? []);
  for (const { text: why } of failures) stderr.write(`gate failed: ${why}\n`);
  return failures.length > 0;
}
