import { loadBaseline, saveBaseline } from "../base/baseline.ts";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import type { ScalingResult } from "../base/scaling-result.ts";
import { detectUsableCpus, withStatedCpus } from "../base/usable-cpus.ts";
import { type Kernel, sizes } from "../kernel/kernel.ts";
import { measureScaling } from "../measure/measure-scaling.ts";
import { describePlan, planScaling } from "../measure/scaling-plan.ts";
import { judgeGate, readGate } from "../model/gate.ts";
import { comparisonText } from "../report/comparison-text.ts";
import { scalingText } from "../report/scaling-text.ts";
import { styleOf } from "../report/style.ts";
import { type CommandContext, cutShort, usageError, usageErrors } from "./command.ts";
import { compareResults } from "./comparing.ts";
import { amount, choice, count, countList, duration, share, text, texts, toggle } from "./flag.ts";
import { outputFlags, present } from "./output.ts";
import { showProgress } from "./progress.ts";

/** The flags of every command that measures scaling. */
export const scalingFlags = {
  workers: countList({ help: "counts of workers: 1,2,4 or 1..8", initially: " (1,2,4… up to the usable CPUs)" }),
  size: choice(sizes, "medium", { help: "amount of work a job" }),
  mode: choice(["strong", "weak"], "strong", { help: "same work for all, or as much for each worker" }),
  backend: choice(["threads", "processes"], "threads", { help: "what the workers are" }),
  quick: toggle({ help: "wider intervals in less time: ±5%, 6s a kernel" }),
  rigorous: toggle({ help: "narrower intervals in more time: ±1%, 60s a kernel" }),
  "target-error": share(undefined, { help: "half-width of the intervals at which rounds end", initially: " (2%)" }),
  "max-time": duration(undefined, { help: "longest time a kernel", initially: " (15s)" }),
  rounds: count("N", 42, 1, { help: "most rounds a kernel" }),
  "no-ceiling": toggle({ help: "leave out native threads" }),
  seed: count("N", undefined, 0, { help: "repeats the order of an earlier run" }),
  cpus: amount("N", undefined, { help: "CPUs to plan for, 1.5 for a budget", initially: " (detected)" }),
  "require-cores": count("N", undefined, 1, { help: "end with exit code 5 unless N CPUs are usable" }),
  strict: toggle({ help: "end with exit code 4 when a warning makes the result invalid or intervals stay wide" }),
  "fail-if": texts("EXPR", { help: "end with exit code 1 when surely so: 'speedup(ep,p=2) < 1.5'" }),
  "save-baseline": text("NAME", undefined, { help: "keep the result under a name" }),
  baseline: text("NAME", undefined, { help: "compare with a kept result, and end with exit code 1 when it regressed" }),
  "noise-threshold": share(0.02, { help: "change that does not matter", initially: " (2%)" }),
  context: texts("K=V", { help: "kept with the result" }),
  ...outputFlags,
};

/** Measures the kernels as the flags say, writes and prints the report. Gives the exit code. */
export async function runScaling(
  kernels: readonly Kernel[],
  context: CommandContext<typeof scalingFlags>,
): Promise<number> {
  const { values, stdout, stderr, signal } = context;
  const detected = detectUsableCpus();
  const cpus = values.cpus === undefined ? detected : withStatedCpus(detected, values.cpus);
  const required = values["require-cores"];
  if (required !== undefined && cpus.usable < required) {
    throw new BenchError(
      `Cannot measure: ${required} cores are required, ${cpus.usable} can be used`,
      exitCodes.missing,
    );
  }
  const haste = values.quick
    ? { error: 0.05, ms: 6000 }
    : values.rigorous
      ? { error: 0.01, ms: 60_000 }
      : { error: 0.02, ms: 15_000 };
  for (const expression of values["fail-if"]) usageError(() => readGate(expression));
  const progress = showProgress(stderr);
  const options = {
    kernels,
    cpus,
    signal,
    size: values.size,
    mode: values.mode,
    backend: values.backend === "processes" ? ("spawn" as const) : ("thread" as const),
    targetError: values["target-error"] ?? haste.error,
    maxTimeMs: values["max-time"] ?? haste.ms,
    maxRounds: values.rounds,
    ceiling: !values["no-ceiling"],
    onProgress: progress.update,
    context: Object.fromEntries(values.context.map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
    ...(values.workers === undefined ? {} : { levels: values.workers }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
  };
  if (values.format === "pretty") stderr.write(`${describePlan(planScaling(options))}\n`);
  const result = await usageErrors(() => measureScaling(options));
  progress.clear();
  present(result, scalingText, values, stdout);
  if (values["save-baseline"] !== undefined) saveBaseline(values["save-baseline"], result);
  return gates(result, context) ?? verdict(result, values.strict, signal);
}

/** Judges `--baseline` and `--fail-if`, says what failed, and gives the exit code when something did. */
function gates(
  result: ScalingResult,
  { values, stdout, stderr }: CommandContext<typeof scalingFlags>,
): number | undefined {
  let failed = false;
  if (values.baseline !== undefined) {
    const kept = loadBaseline(values.baseline, result.context.machineId);
    const { comparisons, threshold } = compareResults(kept, result, values["noise-threshold"]);
    failed = comparisons.some(({ comparable, verdict: judged }) => comparable && judged === "regressed");
    if (values.format === "pretty")
      stdout.write(`\n${comparisonText(comparisons, threshold, styleOf(stdout, values.style))}`);
  }
  for (const expression of values["fail-if"]) {
    const failure = usageError(() => judgeGate(expression, result));
    if (failure !== undefined) stderr.write(`gate failed: ${failure.text}\n`);
    failed ||= failure !== undefined;
  }
  const wrong = result.warnings.some(({ code }) => code === "wrong-answer");
  return failed && !wrong ? exitCodes.gate : undefined;
}

/** The exit code that a result deserves; the gravest reason wins. */
function verdict(result: ScalingResult, strict: boolean, signal: AbortSignal): number {
  const has = (code: string) => result.warnings.some((warning) => warning.code === code);
  const cut = cutShort(signal);
  if (cut !== undefined) return cut;
  if (has("wrong-answer")) return exitCodes.wrongAnswer;
  if (has("failed")) return exitCodes.invalid;
  const doubtful = result.warnings.some(({ code, severity }) => severity === "invalid" || code === "not-converged");
  return strict && doubtful ? exitCodes.invalid : exitCodes.ok;
}
