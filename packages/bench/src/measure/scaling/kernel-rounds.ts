import { setTimeout as idle } from "node:timers/promises";
import { shuffled } from "../../base/random.ts";
import type { Cell, Sample } from "../../base/sample.ts";
import type { KernelRun } from "../../base/scaling-result.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { analyseKernel } from "../../model/analyse.ts";
import { leastRounds } from "../../model/statistic/median.ts";
import { halfWidth } from "../../model/statistic/ratio.ts";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import type { WarmUpRun } from "../machine/warm-up-run.ts";
import type { Ceiling } from "./ceiling.ts";
import { type CellPlan, KernelSession } from "./kernel-session.ts";
import type { ScalingPlan } from "./scaling-plan.ts";

/** How many times the time limit six rounds may take. */
const mostOverrun = 5;
/**
 * Rounds after which the width of the intervals is checked. They are few, since each check is a chance to stop at a
 * lucky result.
 */
const checkpoints = [6, 9, 13, 19, 28, 42, 63, 94, 141, 211];
/** Quiet time between cells. */
const pauseMs = 10;

/** What the rounds of all kernels share. */
export interface RoundsContext {
  readonly plan: ScalingPlan;
  readonly ceiling: Ceiling | undefined;
  readonly originNs: number;
  readonly signal: AbortSignal | undefined;
  random(): number;
  /** The next place in the whole run's order. */
  nextSeq(): number;
  /** Called between cells with the current step, and the time for which this kernel has been measured. */
  reportProgress(doing: string, elapsedNs: number): void;
}

/**
 * The rounds of one kernel, divided among launches.
 *
 * The first launch ends when its intervals are narrow enough, or its share of the time or of the rounds is used up.
 * The other launches run as many rounds, so that every launch has the same weight. All launches count together, so
 * the first one may end at intervals that are wider than the target by a factor of √launches.
 */
export class KernelRounds {
  readonly #kernel: Kernel;
  readonly #context: RoundsContext;
  readonly #samples = new Map<string, Sample[]>();
  readonly #warmUps: WarmUpRun[] = [];
  #session: KernelSession | undefined;
  #stoppedBy: KernelRun["stoppedBy"] = "max-rounds";
  #wrong: string | undefined;
  #failure: unknown;
  #launch = 0;
  #rounds = 0;
  #roundsPerLaunch = Number.POSITIVE_INFINITY;
  /** Time spent in rounds, without warm-ups. */
  #measuredNs = 0;

  constructor(kernel: Kernel, context: RoundsContext) {
    this.#kernel = kernel;
    this.#context = context;
  }

  /** The error of a worker that exited, or failed to start, before the rounds were complete. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Measures all launches. A launch that fails ends the kernel; earlier samples are kept. */
  async measure(): Promise<void> {
    const { plan, signal } = this.#context;
    try {
      for (; this.#launch < plan.launches && !this.#isOver(); this.#launch++) {
        if (signal?.aborted) break;
        await this.#measureLaunch();
      }
    } catch (error) {
      // A terminal's Ctrl-C also ends children that do not ignore it yet: after an abort an exit is no failure.
      if (!signal?.aborted) {
        this.#stoppedBy = "failed";
        this.#failure = error;
      }
    }
    if (this.#stoppedBy === "max-time" && this.#isNarrow(plan.targetError)) this.#stoppedBy = "target-error";
    if (signal?.aborted && !this.#isVoid()) this.#stoppedBy = "interrupted";
  }

  async #measureLaunch(): Promise<void> {
    const { plan, ceiling, signal, reportProgress } = this.#context;
    reportProgress(`launch ${this.#launch + 1}, warming up`, this.#measuredNs);
    const session = await KernelSession.open(this.#kernel, plan, { ceiling, signal, amount: this.#session?.amount });
    this.#session = session;
    this.#warmUps.push(...session.warmUps);
    const beginNs = monotonicNs();
    const before = this.#measuredNs;
    try {
      for (let rounds = 0; !this.#isOver() && !this.#isLaunchOver(rounds); rounds++) {
        await this.#round(session);
        this.#measuredNs = before + monotonicNs() - beginNs;
      }
    } catch (error) {
      await session.terminate();
      throw error;
    }
    await session.close();
  }

  /** Runs every cell once, in random order. */
  async #round(session: KernelSession): Promise<void> {
    const { signal, random, reportProgress, originNs, nextSeq } = this.#context;
    const round = this.#rounds;
    for (const cell of shuffled(session.cells, random)) {
      if (signal?.aborted) return;
      reportProgress(`round ${round + 1}, ${cell.id}`, this.#measuredNs);
      if (this.#context.plan.collect) await session.collect();
      await idle(pauseMs);
      const at = { launch: this.#launch, round, seq: nextSeq(), originNs };
      const { sample, wrong } = await session.measure(cell, at);
      this.#samplesOf(cell).push(sample);
      if (wrong === undefined) continue;
      this.#stoppedBy = "wrong-answer";
      this.#wrong = `${cell.id}: ${wrong}`;
      return;
    }
    this.#rounds++;
  }

  #samplesOf({ id }: CellPlan): Sample[] {
    const samples = this.#samples.get(id) ?? [];
    this.#samples.set(id, samples);
    return samples;
  }

  #isVoid(): boolean {
    return this.#wrong !== undefined || this.#failure !== undefined;
  }

  #isOver(): boolean {
    return (
      this.#wrong !== undefined ||
      this.#rounds >= this.#context.plan.maxRounds ||
      this.#context.signal?.aborted === true
    );
  }

  /** Whether this launch has enough rounds; records why it ended. */
  #isLaunchOver(rounds: number): boolean {
    const { launches, maxRounds, maxTimeNs, minTimeNs, targetError } = this.#context.plan;
    const share = (this.#launch + 1) / launches;
    const least = Math.ceil(leastRounds / launches);
    const over = (by: KernelRun["stoppedBy"]) => {
      this.#stoppedBy = by;
      if (this.#launch === 0) this.#roundsPerLaunch = rounds;
      return true;
    };
    if (this.#measuredNs >= share * maxTimeNs * (rounds < least ? mostOverrun : 1)) return over("max-time");
    if (rounds >= Math.ceil(maxRounds / launches)) return over("max-rounds");
    if (this.#measuredNs < share * minTimeNs) return false;
    if (rounds >= this.#roundsPerLaunch) return true;
    if (this.#launch > 0 || !checkpoints.includes(rounds)) return false;
    return this.#isNarrow(targetError * Math.sqrt(launches)) && over("target-error");
  }

  #isNarrow(targetError: number): boolean {
    const levels = analyseKernel(this.cells()).levels.filter((level) => !level.oversubscribed);
    return levels.length > 0 && levels.every((level) => halfWidth(level.speedUp) <= targetError);
  }

  /** The cells with their samples so far; empty before the first launch is warm. */
  cells(): Cell[] {
    const { plan } = this.#context;
    return (this.#session?.cells ?? []).map((cell) => ({
      ...cell,
      kernel: this.#kernel.id,
      oversubscribed: cell.role !== "serial" && cell.workers > plan.cpus.usable,
      samples: [...this.#samplesOf(cell)],
    }));
  }

  /** What was measured, and why it ended; `undefined` when no launch became warm. */
  kernelRun(): KernelRun | undefined {
    if (this.#session === undefined) return undefined;
    const { id, title, bound, source } = this.#kernel;
    const { chunks, amount, trace } = this.#session;
    return {
      ...{ id, title, bound, source, chunks },
      size: this.#context.plan.size,
      copies: amount.copies,
      rounds: this.#rounds,
      launches: new Set([...this.#samples.values()].flat().map((sample) => sample.launch)).size,
      stoppedBy: this.#stoppedBy,
      ...(this.#wrong === undefined ? {} : { wrong: this.#wrong }),
      ...(amount.units === 0 ? {} : { ceiling: bound === "memory" ? ("memory" as const) : ("compute" as const) }),
      warmUps: this.#warmUps,
      ...(trace === undefined ? {} : { trace }),
    };
  }
}
