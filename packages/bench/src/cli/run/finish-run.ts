import { loadBaseline, saveBaseline } from "../../base/baseline.ts";
import { exitCodes } from "../../base/bench-error.ts";
import type { Result } from "../../base/result-file.ts";
import { comparisonText } from "../../report/terminal/comparison-text.ts";
import { styleOf } from "../../report/terminal/terminal-style.ts";
import { compareResults } from "../comparing.ts";
import { gateFailed } from "../gate-failure.ts";
import { cutShort } from "../parse/command.ts";
import { present } from "../report-output.ts";
import type { MeasuringContext } from "./measuring-flags.ts";

/**
 * Writes and shows a result, saves it as a baseline, and applies the gates, as the flags demand.
 *
 * @param options as of `present`.
 * @returns the exit code; the gravest reason wins.
 */
export function finishRun(result: Result, context: MeasuringContext, options?: Parameters<typeof present>[3]): number {
  const { values, stdout, signal } = context;
  present(result, values, stdout, options);
  if (values["save-baseline"] !== undefined) saveBaseline(values["save-baseline"], result);
  const has = (code: string) => result.warnings.some((warning) => warning.code === code);
  const cut = cutShort(signal);
  // An interrupted run or a wrong answer is not judged: a gate would fail for values that were not measured.
  if (cut !== undefined) return cut;
  if (has("wrong-answer")) return exitCodes.wrongAnswer;
  if (has("failed")) return exitCodes.invalid;
  if (regressed(result, context) || gateFailed(values["fail-if"], result, context.stderr)) return exitCodes.gate;
  const doubtful = result.warnings.some(({ code, severity }) => severity === "invalid" || code === "not-converged");
  return values.strict && doubtful ? exitCodes.invalid : exitCodes.ok;
}

function regressed(result: Result, { values, stdout }: MeasuringContext): boolean {
  if (values.baseline === undefined) return false;
  const kept = loadBaseline(values.baseline, result.context.machineId);
  const { comparisons, threshold } = compareResults(kept, result, values["noise-threshold"]);
  if (values.format === "pretty")
    stdout.write(`\n${comparisonText(comparisons, threshold, styleOf(stdout, values.style))}`);
  return comparisons.some(({ comparable, verdict }) => comparable && verdict === "regressed");
}
