import { describeEnvironment } from "../../base/environment.ts";
import type { Latency } from "../../base/latency.ts";
import { seededRandom } from "../../base/random.ts";
import type { Cell } from "../../base/sample.ts";
import type { KernelRun, ScalingResult } from "../../base/scaling-result.ts";
import { schemaVersion } from "../../base/schema-version.ts";
import { tool } from "../../base/tool.ts";
import type { Warning } from "../../base/warning.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { analyseKernel } from "../../model/analyse.ts";
import { kernelWarnings } from "../../model/kernel-warning.ts";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import { requirePinning } from "../machine/pin-thread.ts";
import { setupWarnings } from "../machine/setup-warning.ts";
import { type Ceiling, openCeiling } from "./ceiling.ts";
import { KernelRounds } from "./kernel-rounds.ts";
import { kernelNs, planScaling, type ScalingOptions, type ScalingPlan } from "./scaling-plan.ts";
import { summariseSpans } from "./tinybench-summary.ts";

/**
 * Measures the speed-up of each kernel over the number of workers.
 *
 * A round runs every cell once, the serial loop included, in random order, so that disturbances affect all cells
 * alike. Rounds are repeated until the intervals are narrow enough or the time is up. Every answer is checked; a
 * wrong answer ends its kernel.
 *
 * A worker that exits early ends its kernel too. The result then has the warning `failed`, and the earlier samples.
 *
 * @throws {RangeError} when an option is out of its range.
 */
export async function measureScaling(options: ScalingOptions): Promise<ScalingResult> {
  const plan = planScaling(options);
  if (plan.pinned.length > 0 || plan.restrict) requirePinning();
  const run = new ScalingRun(plan, options);
  const ceiling = plan.ceiling ? await openCeiling(Math.max(...plan.levels)) : undefined;
  run.ceilingBy = ceiling?.by ?? "none";
  if (ceiling?.by === "wasm") run.warn(wasmOnly);
  if (!plan.verify) run.warn(unverified);
  try {
    for (const kernel of plan.kernels) {
      if (options.signal?.aborted) break;
      await run.measure(kernel, ceiling);
    }
  } finally {
    await ceiling?.close();
  }
  return run.result();
}

const wasmOnly: Warning = {
  code: "wasm-ceiling",
  severity: "note",
  text: "This machine has no C compiler (cc): the ceiling is WebAssembly in isolates; memory-bound kernels have no ceiling",
};

const unverified: Warning = {
  code: "unverified",
  severity: "caution",
  text: "Answers were not checked: nothing shows that the work was done",
};

class ScalingRun {
  ceilingBy: ScalingResult["design"]["ceiling"] = "none";
  readonly #plan: ScalingPlan;
  readonly #options: ScalingOptions;
  readonly #random: () => number;
  readonly #startedAt = new Date();
  readonly #originNs = monotonicNs();
  readonly #context: ScalingResult["context"];
  readonly #kernels: KernelRun[] = [];
  readonly #cells: Cell[] = [];
  readonly #warnings: Warning[];
  #seq = 0;

  constructor(plan: ScalingPlan, options: ScalingOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#random = seededRandom(plan.seed);
    this.#context = describeEnvironment(plan.cpus, plan.context);
    this.#warnings = setupWarnings(plan.cpus, plan.levels);
  }

  warn(warning: Warning): void {
    this.#warnings.push(warning);
  }

  async measure(kernel: Kernel, ceiling: Ceiling | undefined): Promise<void> {
    const rounds = new KernelRounds(kernel, {
      plan: this.#plan,
      ceiling,
      originNs: this.#originNs,
      signal: this.#options.signal,
      random: this.#random,
      nextSeq: () => this.#seq++,
      reportProgress: (doing, elapsedNs) => this.#reportProgress(kernel, doing, elapsedNs),
    });
    await rounds.measure();
    if (rounds.failure !== undefined) this.warn(failureWarning(kernel, rounds.failure));
    const run = rounds.kernelRun();
    if (run === undefined) return;
    const cells = rounds.cells();
    this.#kernels.push(run);
    this.#cells.push(...cells);
    this.#warnings.push(...kernelWarnings(run, cells, analyseKernel(cells), this.#plan.targetError));
  }

  #reportProgress(kernel: Kernel, doing: string, elapsedNs: number): void {
    const { kernels } = this.#plan;
    const each = kernelNs(this.#plan);
    const left = (kernels.length - kernels.indexOf(kernel)) * each - Math.min(elapsedNs, each);
    this.#options.onProgress?.({
      subject: kernel.id,
      doing,
      share: 1 - left / (kernels.length * each),
      leftNs: left,
    });
  }

  async result(): Promise<ScalingResult> {
    const { seed, mode, backend, levels, targetError, maxRounds, minTimeNs, maxTimeNs } = this.#plan;
    const { launches, warmUpNs, pinned, verify, restrict, collect } = this.#plan;
    const sound = this.#kernels.filter((kernel) => kernel.wrong === undefined);
    const analyses = sound.map((kernel) => analyseKernel(this.#cells.filter((cell) => cell.kernel === kernel.id)));
    const latencies: Latency[] = [];
    for (const { id, samples } of this.#cells) {
      const spansNs = samples.map((sample) => sample.spanNs);
      if (spansNs.length > 0) latencies.push(await summariseSpans(id, spansNs));
    }
    return {
      schemaVersion,
      kind: "scaling",
      tool,
      startedAt: this.#startedAt.toISOString(),
      durationNs: monotonicNs() - this.#originNs,
      context: this.#context,
      design: {
        ...{ seed, mode, backend, ceiling: this.ceilingBy, levels, targetError, maxRounds, minTimeNs, maxTimeNs },
        ...{ launches, warmUpNs, verify, ...(pinned.length === 0 ? {} : { pinned }) },
        ...{ ...(restrict ? { restrict } : {}), ...(collect ? { collect } : {}) },
      },
      kernels: this.#kernels,
      cells: this.#cells,
      levels: analyses.flatMap((analysis) => analysis.levels),
      results: analyses.flatMap((analysis) => analysis.result ?? []),
      latencies,
      warnings: this.#warnings,
    };
  }
}

function failureWarning(kernel: Kernel, error: unknown): Warning {
  const text = error instanceof Error ? error.message : String(error);
  return { code: "failed", severity: "invalid", subject: kernel.id, text };
}
