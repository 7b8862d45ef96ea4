import { mkdirSync } from "node:fs";
import { checkBaselineName, loadBaseline, saveBaseline } from "../base/baseline.ts";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import { describeEnvironment } from "../base/environment.ts";
import type { Result } from "../base/result-file.ts";
import { detectUsableCpus } from "../base/usable-cpus.ts";
import { judgeGate, readGate } from "../model/regression-gate.ts";
import { comparisonText } from "../report/terminal/comparison-text.ts";
import { styleOf } from "../report/terminal/terminal-style.ts";
import type { Writable } from "../report/terminal/writable.ts";
import { type CommandContext, cutShort, usageError } from "./command.ts";
import { compareResults } from "./comparing.ts";
import { count, pattern, share, text, texts, toggle } from "./flag.ts";
import { pairsOf } from "./parse.ts";
import { outputFlags, present } from "./report-output.ts";

/** The flags of every command that measures. */
export const measuringFlags = {
  filter: pattern({ short: "f", help: "only what this regular expression finds in an id" }),
  seed: count("N", undefined, 0, { help: "repeats the order of an earlier run" }),
  "dry-run": toggle({ help: "everything once, as small as can be: does it work?" }),
  "require-cores": count("N", undefined, 1, { help: "end with exit code 5 unless N CPUs are usable" }),
  strict: toggle({ help: "end with exit code 4 when a warning makes the result invalid or intervals stay wide" }),
  "fail-if": texts("EXPR", {
    help: "end with exit code 1 when surely so: 'speedup(ep,p=2) < 1.5', 'ratio(thread,spawn) > 1', 'gone(thread) > 50ms'",
  }),
  "save-baseline": text("NAME", undefined, { help: "keep the result under a name" }),
  baseline: text("NAME", undefined, { help: "compare with a kept result, and end with exit code 1 when it regressed" }),
  "noise-threshold": share(0.02, { help: "change that does not matter", initially: " (2%)" }),
  context: texts("K=V", { help: "kept with the result" }),
  ...outputFlags,
};

type Judging = CommandContext<typeof measuringFlags>;

/** What `--context` says, by key. */
export function addedContext({ values }: Judging): Record<string, string> {
  return pairsOf(values.context);
}

/** @throws {BenchError} with the exit code for what is missing, where fewer CPUs are usable than `--require-cores` says. */
export function requireCores({ values }: Judging, { usable } = detectUsableCpus()): void {
  const required = values["require-cores"];
  if (required === undefined || usable >= required) return;
  throw new BenchError(`Cannot measure: ${required} cores are required, ${usable} can be used`, exitCodes.missing);
}

/**
 * Finds out before anything is measured what would fail after it: a gate that cannot be read, a baseline that is not there
 * or of another kind, a folder that cannot be written.
 *
 * @throws {BenchError} for usage, or what the file system says.
 */
export function checkBeforehand(kind: Result["kind"], { values }: Judging): void {
  for (const expression of values["fail-if"]) usageError(() => readGate(kind, expression));
  if (values["save-baseline"] !== undefined) checkBaselineName(values["save-baseline"]);
  if (values.baseline !== undefined) {
    const kept = loadBaseline(values.baseline, describeEnvironment().machineId);
    if (kept.kind !== kind)
      throw new BenchError(`Cannot compare: baseline "${values.baseline}" is of ${kept.kind}`, exitCodes.usage);
  }
  mkdirSync(values.output, { recursive: true });
}

/**
 * Writes and shows a result, keeps it and judges it as the flags say.
 *
 * @param options as of `present`.
 * @returns the exit code; the gravest reason wins.
 */
export function conclude(result: Result, context: Judging, options?: Parameters<typeof present>[3]): number {
  const { values, stdout, signal } = context;
  present(result, values, stdout, options);
  if (values["save-baseline"] !== undefined) saveBaseline(values["save-baseline"], result);
  const has = (code: string) => result.warnings.some((warning) => warning.code === code);
  const cut = cutShort(signal);
  // What a cut or a wrong answer leaves is not judged: a gate would find fault with what was not measured.
  if (cut !== undefined) return cut;
  if (has("wrong-answer")) return exitCodes.wrongAnswer;
  if (has("failed")) return exitCodes.invalid;
  if (regressed(result, context) || gateFailed(values["fail-if"], result, context.stderr)) return exitCodes.gate;
  const doubtful = result.warnings.some(({ code, severity }) => severity === "invalid" || code === "not-converged");
  return values.strict && doubtful ? exitCodes.invalid : exitCodes.ok;
}

function regressed(result: Result, { values, stdout }: Judging): boolean {
  if (values.baseline === undefined) return false;
  const kept = loadBaseline(values.baseline, result.context.machineId);
  const { comparisons, threshold } = compareResults(kept, result, values["noise-threshold"]);
  if (values.format === "pretty")
    stdout.write(`\n${comparisonText(comparisons, threshold, styleOf(stdout, values.style))}`);
  return comparisons.some(({ comparable, verdict }) => comparable && verdict === "regressed");
}

/** Judges gates on a result and says which of them fail. @throws {BenchError} for usage, where one asks what is not there. */
export function gateFailed(expressions: readonly string[], result: Result, stderr: Writable): boolean {
  const failures = expressions.flatMap((expression) => usageError(() => judgeGate(expression, result)) ?? []);
  for (const { text: why } of failures) stderr.write(`gate failed: ${why}\n`);
  return failures.length > 0;
}
