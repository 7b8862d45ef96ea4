import { mkdirSync } from "node:fs";
import { count, inGroup, text, texts, toggle } from "@manyhands/process/command-line";
import { checkBaselineName, loadBaseline } from "../../base/baseline.ts";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import { describeEnvironment } from "../../base/environment.ts";
import type { Result } from "../../base/result-file.ts";
import { detectUsableCpus } from "../../base/usable-cpus.ts";
import { readGate } from "../../model/regression-gate.ts";
import { type LimitedContext, usageError } from "../parse/command.ts";
import { pattern, share } from "../parse/flag.ts";
import { outputFlags } from "../report-output.ts";

/** The flags of every command that measures. */
export const measuringFlags = inGroup("Measurement", {
  filter: pattern({ short: "f", help: "only ids that match this regular expression, as '^fork$'" }),
  seed: count("N", undefined, 0, { help: "repeats the order of an earlier run" }),
  "dry-run": toggle({ help: "run everything once, as small as possible, to see that it works" }),
  "require-cores": count("N", undefined, 1, { help: "end with exit code 5 unless N CPUs are usable" }),
  strict: toggle({ help: "end with exit code 4 when a warning makes the result invalid or intervals stay wide" }),
  "fail-if": texts("EXPR", {
    help: "end with exit code 1 when this is certain: 'speedup(ep,p=2) < 1.5', 'ratio(thread,spawn) > 1', 'gone(thread) > 50ms'",
  }),
  "save-baseline": text("NAME", undefined, { help: "save the result under a name" }),
  baseline: text("NAME", undefined, {
    help: "compare with a saved result, and end with exit code 1 when it regressed",
  }),
  "noise-threshold": share(0.02, { help: "largest change that counts as none", initially: " (2%)" }),
  context: texts("K=V", { help: "stored with the result" }),
  ...outputFlags,
});

/** The context of a command that measures. */
export type MeasuringContext = LimitedContext<typeof measuringFlags>;

/** The values of `--context`, written `key=value`, by key; a word without `=` has an empty value. */
export function addedContext({ values }: MeasuringContext): Record<string, string> {
  return Object.fromEntries(
    values.context.map((pair) => {
      const [key = "", value = ""] = pair.split(/=(.*)/s);
      return [key, value];
    }),
  );
}

/** @throws {BenchError} with the exit code `missing` when fewer CPUs are usable than `--require-cores` demands. */
export function requireCores({ values }: MeasuringContext, { usable } = detectUsableCpus()): void {
  const required = values["require-cores"];
  if (required === undefined || usable >= required) return;
  throw new BenchError(`Cannot measure: ${required} cores are required, ${usable} can be used`, exitCodes.missing);
}

/**
 * Checks before the measurement what would otherwise fail after it: a gate that cannot be parsed, a baseline that is
 * missing or of another kind, a folder that cannot be written.
 *
 * @throws {BenchError} for usage; the file system's error when the folder cannot be created.
 */
export function checkFlags(kind: Result["kind"], { values }: MeasuringContext): void {
  for (const expression of values["fail-if"]) usageError(() => readGate(kind, expression));
  if (values["save-baseline"] !== undefined) checkBaselineName(values["save-baseline"]);
  if (values.baseline !== undefined) {
    const kept = loadBaseline(values.baseline, describeEnvironment().machineId);
    if (kept.kind !== kind)
      throw new BenchError(`Cannot compare: baseline "${values.baseline}" is of ${kept.kind}`, exitCodes.usage);
  }
  mkdirSync(values.output, { recursive: true });
}
