import { setTimeout as idle } from "node:timers/promises";
import { describeEnvironment } from "../base/environment.ts";
import type { Latency } from "../base/latency.ts";
import { seededRandom, shuffled } from "../base/random.ts";
import type { Cell } from "../base/sample.ts";
import { type KernelRun, type ScalingResult, schemaVersion } from "../base/scaling-result.ts";
import { tool } from "../base/tool.ts";
import type { Warning } from "../base/warning.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { analyseKernel } from "../model/analyse.ts";
import { doubtsOfKernel } from "../model/doubt.ts";
import { halfWidth } from "../model/ratio.ts";
import { type Ceiling, openCeiling } from "./ceiling.ts";
import { KernelSession } from "./kernel-session.ts";
import { replay } from "./replay.ts";
import { planScaling, type ScalingOptions, type ScalingPlan } from "./scaling-plan.ts";
import { setupWarnings } from "./setup-warning.ts";
import { now } from "./thread-clock.ts";

/** Below this no 95 % interval exists. */
const leastRounds = 6;
/** Rounds after which to look whether it is enough; few, so that looking does not become choosing. */
const checkpoints = [6, 9, 13, 19, 28, 42, 63, 94, 141, 211];
/** Quiet time between cells. */
const pauseMs = 10;

/**
 * Measures how much faster each kernel gets with more workers.
 *
 * A round runs every cell once, the serial loop among them, in a random order; so what the machine does meanwhile falls
 * on all of them alike. Rounds are repeated until the intervals are narrow enough or the time is up. Every answer is
 * checked; a wrong one ends its kernel.
 *
 * A worker that dies ends its kernel too: the result then has a warning `failed`, and what was measured until then.
 *
 * @throws {RangeError} when an option is out of its range.
 */
export async function measureScaling(options: ScalingOptions): Promise<ScalingResult> {
  const plan = planScaling(options);
  const run = new Run(plan, options);
  const ceiling = plan.ceiling ? await openCeiling(Math.max(...plan.levels)) : undefined;
  run.ceilingBy = ceiling?.by ?? "none";
  if (ceiling?.by === "wasm") run.warn(wasmOnly);
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
  text: "This machine has no C compiler (cc): the ceiling is WebAssembly in isolates, and memory-bound kernels have none",
};

class Run {
  ceilingBy: ScalingResult["design"]["ceiling"] = "none";
  readonly #plan: ScalingPlan;
  readonly #options: ScalingOptions;
  readonly #random: () => number;
  readonly #startedAt = new Date();
  readonly #originNs = now();
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
    this.#tell(kernel, "warming up", 0);
    const session = await this.#open(kernel, ceiling);
    if (session === undefined) return;
    const beginNs = now();
    const stop: { by: KernelRun["stoppedBy"]; wrong?: string } = { by: "max-rounds" };
    let round = 0;
    try {
      for (; round < this.#plan.maxRounds; round++) {
        const early = this.#enough(session, round, now() - beginNs);
        if (early !== undefined) {
          stop.by = early;
          break;
        }
        const wrong = await this.#round(session, round, beginNs);
        if (wrong !== undefined) {
          stop.by = "wrong-answer";
          stop.wrong = wrong;
          break;
        }
        if (this.#options.signal?.aborted) {
          stop.by = "interrupted";
          break;
        }
      }
      await session.close();
    } catch (error) {
      stop.by = "failed";
      this.#warnings.push(failure(kernel, error));
    }
    this.#keep(session, round, stop);
  }

  async #open(kernel: Kernel, ceiling: Ceiling | undefined): Promise<KernelSession | undefined> {
    try {
      return await KernelSession.open(kernel, this.#plan, ceiling);
    } catch (error) {
      this.#warnings.push(failure(kernel, error));
      return undefined;
    }
  }

  /** Runs every cell once, in random order. Gives what is wrong with an answer, or `undefined`. */
  async #round(session: KernelSession, round: number, beginNs: number): Promise<string | undefined> {
    for (const cell of shuffled(session.cells, this.#random)) {
      if (this.#options.signal?.aborted) return undefined;
      this.#tell(session.kernel, `round ${round + 1}, ${cell.id}`, now() - beginNs);
      await idle(pauseMs);
      const wrong = await session.measure(cell, { round, seq: this.#seq++, originNs: this.#originNs });
      if (wrong !== undefined) return `${cell.id}: ${wrong}`;
    }
    return undefined;
  }

  #enough(session: KernelSession, round: number, elapsedNs: number): KernelRun["stoppedBy"] | undefined {
    const { targetError, maxTimeNs } = this.#plan;
    if (elapsedNs >= (round >= leastRounds ? maxTimeNs : 2 * maxTimeNs)) return "max-time";
    if (!checkpoints.includes(round)) return undefined;
    const levels = analyseKernel(session.measured()).levels.filter((level) => !level.oversubscribed);
    return levels.length > 0 && levels.every((level) => halfWidth(level.speedUp) <= targetError)
      ? "target-error"
      : undefined;
  }

  #keep(session: KernelSession, rounds: number, stop: { by: KernelRun["stoppedBy"]; wrong?: string }): void {
    const { kernel, chunks, copies, warmUps } = session;
    const native = session.cells.some((cell) => cell.role === "ceiling");
    const kernelRun: KernelRun = {
      id: kernel.id,
      title: kernel.title,
      bound: kernel.bound,
      source: kernel.source,
      size: this.#plan.size,
      chunks,
      copies,
      rounds,
      stoppedBy: stop.by,
      ...(stop.wrong === undefined ? {} : { wrong: stop.wrong }),
      ...(native ? { ceiling: kernel.bound === "memory" ? ("memory" as const) : ("compute" as const) } : {}),
      warmUps,
    };
    const cells = session.measured();
    this.#kernels.push(kernelRun);
    this.#cells.push(...cells);
    this.#warnings.push(...doubtsOfKernel(kernelRun, cells, analyseKernel(cells).levels, this.#plan.targetError));
  }

  #tell(kernel: Kernel, doing: string, elapsedNs: number): void {
    const { kernels, maxTimeNs } = this.#plan;
    const left = (kernels.length - kernels.indexOf(kernel)) * maxTimeNs - Math.min(elapsedNs, maxTimeNs);
    this.#options.onProgress?.({
      subject: kernel.id,
      doing,
      share: 1 - left / (kernels.length * maxTimeNs),
      leftNs: left,
    });
  }

  async result(): Promise<ScalingResult> {
    const { seed, mode, backend, levels, targetError, maxRounds, maxTimeNs } = this.#plan;
    const sound = this.#kernels.filter((kernel) => kernel.wrong === undefined);
    const analyses = sound.map((kernel) => analyseKernel(this.#cells.filter((cell) => cell.kernel === kernel.id)));
    const latencies: Latency[] = [];
    for (const { id, samples } of this.#cells) {
      const spansNs = samples.map((sample) => sample.spanNs);
      if (spansNs.length > 0) latencies.push(await replay(id, spansNs));
    }
    return {
      schemaVersion,
      kind: "scaling",
      tool,
      startedAt: this.#startedAt.toISOString(),
      durationNs: now() - this.#originNs,
      context: this.#context,
      design: { seed, mode, backend, ceiling: this.ceilingBy, levels, targetError, maxRounds, maxTimeNs },
      kernels: this.#kernels,
      cells: this.#cells,
      levels: analyses.flatMap((analysis) => analysis.levels),
      results: analyses.flatMap((analysis) => analysis.result ?? []),
      latencies,
      warnings: this.#warnings,
    };
  }
}

function failure(kernel: Kernel, error: unknown): Warning {
  const text = error instanceof Error ? error.message : String(error);
  return { code: "failed", severity: "invalid", subject: kernel.id, text };
}
