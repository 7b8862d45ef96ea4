import { choice, count, toggle } from "@manyhands/process/command-line";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import type { Pin } from "../../base/pin-order.ts";
import { detectUsableCpus, withStatedCpus } from "../../base/usable-cpus.ts";
import { type Kernel, sizes } from "../../kernel/kernel.ts";
import { measureScaling } from "../../measure/scaling/measure-scaling.ts";
import { defaultLevels, describePlan, planScaling, type ScalingOptions } from "../../measure/scaling/scaling-plan.ts";
import { type LimitedContext, usageErrors } from "../parse/command.ts";
import { amount, countList, duration, pinning, share } from "../parse/flag.ts";
import { effortOf } from "./effort-level.ts";
import { finishRun } from "./finish-run.ts";
import { addedContext, checkFlags, measuringFlags, requireCores } from "./measuring-flags.ts";
import { showProgress } from "./progress.ts";

/** The flags of every command that measures scaling. */
export const scalingFlags = {
  workers: countList({ help: "counts of workers: 1,2,4 or 1..8", initially: " (1,2,4… up to the usable CPUs)" }),
  "no-oversubscribe": toggle({ help: "omit counts beyond the usable CPUs" }),
  size: choice(sizes, "medium", { help: "amount of work a job", initially: " (medium; small with --quick)" }),
  mode: choice(["strong", "weak", "both"], "strong", { help: "the same work for all workers together, or for each" }),
  backend: choice(["threads", "processes", "forks"], "threads", {
    help: "kind of workers; forks are children of a fork server",
  }),
  pin: pinning({ help: "a CPU for each worker: cores first, threads in order, or list:0,2,4", initially: " (free)" }),
  restrict: toggle({ help: "each cell on as many CPUs as it has workers, so that V8's helpers find no free ones" }),
  gc: toggle({ help: "collect the garbage of every isolate between cells" }),
  quick: toggle({ help: "wider intervals in less time: ±5%, small jobs, 6s a kernel, 1 launch" }),
  rigorous: toggle({ help: "narrower intervals in more time: ±1%, 60s a kernel, 10 launches" }),
  "target-error": share(undefined, { help: "half-width of the intervals at which rounds end", initially: " (2%)" }),
  "min-time": duration(0, { help: "shortest time a kernel", initially: " (0s)" }),
  "max-time": duration(undefined, { help: "longest time a kernel, warm-ups not counted", initially: " (15s)" }),
  rounds: count("N", 42, 1, { help: "most rounds a kernel, of all launches together" }),
  launches: count("N", undefined, 1, { help: "how often all isolates are restarted", initially: " (3)" }),
  warmup: duration(300, {
    help: "shortest warm-up of an isolate; ten times that is the longest",
    initially: " (300ms)",
  }),
  "no-ceiling": toggle({ help: "omit native threads" }),
  "no-verify": toggle({ help: "do not check answers; marks the result" }),
  geomean: toggle({ help: "also show the geometric mean of all kernels' speed-ups" }),
  cpus: amount("N", undefined, { help: "CPUs to plan for, 1.5 for a budget", initially: " (detected)" }),
  "require-native": toggle({ help: "end with exit code 5 without a C compiler for the native threads" }),
  ...measuringFlags,
};

type ScalingContext = LimitedContext<typeof scalingFlags>;

/** Measures the kernels, writes and prints the report. Returns the exit code; of two modes, the higher one. */
export async function runScaling(given: readonly Kernel[], context: ScalingContext): Promise<number> {
  const { values, stderr, signal } = context;
  const kernels = given.filter(({ id }) => values.filter.test(id));
  if (kernels.length === 0)
    throw new BenchError(
      `Cannot measure: --filter leaves none of ${given.map(({ id }) => id).join(", ")}`,
      exitCodes.usage,
    );
  checkFlags("scaling", context);
  const modes = values.mode === "both" ? (["strong", "weak"] as const) : ([values.mode] as const);
  const codes: number[] = [];
  for (const mode of modes) {
    if (codes.length > 0 && signal.aborted) break;
    const progress = showProgress(stderr, { quiet: values.format === "quiet" });
    const options = { ...optionsOf(kernels, context), mode, onProgress: progress.update };
    if (values.format === "pretty")
      stderr.write(`${await usageErrors(async () => describePlan(planScaling(options)))}\n`);
    const result = await usageErrors(() => measureScaling(options));
    progress.clear();
    const name = modes.length > 1 && mode === "weak" ? "scaling-weak" : undefined;
    codes.push(finishRun(result, context, { name, withMean: values.geomean }));
    if (values["require-native"] && result.design.ceiling !== "native") codes.push(exitCodes.missing);
  }
  return Math.max(...codes);
}

function optionsOf(kernels: readonly Kernel[], context: ScalingContext): ScalingOptions {
  const { values, signal } = context;
  const detected = detectUsableCpus();
  const cpus = values.cpus === undefined ? detected : withStatedCpus(detected, values.cpus);
  requireCores(context, cpus);
  const effort = effortOf(values, {
    quick: { error: 0.05, ms: 6000, launches: 1, size: "small", cellMs: 60 },
    usual: { error: 0.02, ms: 15_000, launches: 3, size: "medium", cellMs: 200 },
    rigorous: { error: 0.01, ms: 60_000, launches: 10, size: "medium", cellMs: 200 },
  } as const);
  const backends = { threads: "thread", processes: "spawn", forks: "forkserver" } as const;
  const levels = values.workers ?? defaultLevels(cpus.usable);
  return {
    ...{ kernels, cpus, signal },
    levels: values["no-oversubscribe"] ? levels.filter((level) => level <= cpus.usable) : levels,
    size: context.given.has("size") ? values.size : effort.size,
    cellMs: effort.cellMs,
    backend: backends[values.backend],
    targetError: values["target-error"] ?? effort.error,
    minTimeMs: values["min-time"],
    maxTimeMs: values["max-time"] ?? effort.ms,
    maxRounds: values.rounds,
    launches: values.launches ?? effort.launches,
    warmUpMs: values.warmup,
    restrict: values.restrict,
    collect: values.gc,
    ceiling: !values["no-ceiling"],
    verify: !values["no-verify"],
    context: addedContext(context),
    ...(values.pin === undefined ? {} : { pin: values.pin satisfies Pin }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values["dry-run"] ? { size: "tiny", maxRounds: 1, launches: 1, warmUpMs: 0 } : {}),
  };
}
