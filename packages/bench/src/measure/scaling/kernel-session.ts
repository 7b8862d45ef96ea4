import { pinOrder } from "../../base/pin-order.ts";
import type { Role, Sample, Trace } from "../../base/sample.ts";
import type { Job, Kernel } from "../../kernel/kernel.ts";
import { readCpuMegahertz } from "../machine/cpu-frequency.ts";
import { type LostCpuTime, readLostCpuTime } from "../machine/lost-cpu-time.ts";
import { pinProcess } from "../machine/pin-thread.ts";
import type { WarmUpRun } from "../machine/warm-up-run.ts";
import { type CellRun, type MeasuredWorkers, spanNsOf, terminateOnFailure } from "../worker/measured-workers.ts";
import { startProcessWorkers } from "../worker/process-workers.ts";
import { startThreadWorkers } from "../worker/thread-workers.ts";
import { checkWork } from "../worker/work.ts";
import type { Ceiling } from "./ceiling.ts";
import type { ScalingPlan } from "./scaling-plan.ts";
import { ceilingKind, chooseAmount, type WorkAmount } from "./work-amount.ts";

/** A trace of more chunks would make the result file too large, and a picture could not show single chunks. */
const mostTraced = 4096;

/** A cell to measure: the work done serially, by a number of workers, or by native threads. */
export interface CellPlan {
  readonly id: string;
  readonly role: Role;
  readonly workers: number;
  readonly copies: number;
}

/** One launch of a kernel: its job is prepared and warm in every isolate, and its cells are planned. */
export class KernelSession {
  readonly kernel: Kernel;
  readonly amount: WorkAmount;
  readonly cells: readonly CellPlan[];
  readonly warmUps: readonly WarmUpRun[];
  readonly chunks: number;
  readonly #job: Job;
  readonly #workers: MeasuredWorkers;
  readonly #ceiling: Ceiling | undefined;
  readonly #checksums = new Map<number, string>();
  readonly #plan: ScalingPlan;
  #trace: Trace | undefined;

  constructor(
    {
      kernel,
      job,
      workers,
      ceiling,
    }: { kernel: Kernel; job: Job; workers: MeasuredWorkers; ceiling: Ceiling | undefined },
    plan: ScalingPlan,
    amount: WorkAmount,
  ) {
    this.kernel = kernel;
    this.chunks = job.chunks;
    this.amount = amount;
    this.warmUps = workers.warmUps;
    this.#job = job;
    this.#workers = workers;
    this.#plan = plan;
    this.#ceiling = ceiling;
    this.cells = planCells(kernel, plan, amount);
  }

  /**
   * Starts the workers and warms them up.
   *
   * @param amount the amount of work of an earlier launch. Default: chosen so that every cell is long enough to time.
   */
  static async open(
    kernel: Kernel,
    plan: ScalingPlan,
    {
      ceiling,
      amount,
      signal,
    }: { ceiling?: Ceiling | undefined; amount?: WorkAmount | undefined; signal?: AbortSignal | undefined },
  ): Promise<KernelSession> {
    const shared = new SharedArrayBuffer(kernel.sharedBytes?.(plan.size) ?? 0);
    const job = kernel.prepare(plan.size, shared);
    if (!Number.isInteger(job.chunks) || job.chunks < 1) {
      throw new TypeError(
        `Cannot measure ${kernel.id}: it has ${job.chunks} chunks; write a whole number from 1, best 8 or more for each worker`,
      );
    }
    const { size, warmUpNs, backend, pinned } = plan;
    const workersPlan = { kernel, size, workers: Math.max(...plan.levels), warmUpNs, pinned, signal };
    const workers =
      backend === "thread"
        ? await startThreadWorkers(workersPlan, shared)
        : await startProcessWorkers(workersPlan, backend);
    let chosen = amount;
    await terminateOnFailure(workers, signal, async () => {
      chosen ??= await chooseAmount(kernel, plan, workers, ceiling);
    });
    const session = new KernelSession({ kernel, job, workers, ceiling }, plan, chosen as WorkAmount);
    return terminateOnFailure(session, signal, () => session.#runUnmeasured());
  }

  /** Runs every cell once unmeasured: a whole job runs code paths that the chunks of the warm-up did not. */
  async #runUnmeasured(): Promise<void> {
    const usable = this.cells.filter(({ role, workers }) => role === "pool" && workers <= this.#plan.cpus.usable);
    const highest = usable.at(-1);
    for (const cell of this.cells) {
      const traced = cell === highest && this.chunks * cell.copies <= mostTraced;
      const run = await this.#run(cell, traced);
      if (traced) this.#trace = toTrace(run);
    }
  }

  /** Which worker did which chunk, in the unmeasured run of the highest level within the usable CPUs. */
  get trace(): Trace | undefined {
    return this.#trace;
  }

  async #run({ role, workers, copies }: CellPlan, traced = false): Promise<CellRun & { wrong?: string }> {
    if (role === "serial") return this.#workers.runAlone(copies);
    if (role === "pool") return this.#workers.run(workers, copies, traced);
    const run = await (this.#ceiling as Ceiling).run(ceilingKind(this.kernel), workers, copies);
    const expected = this.#checksums.get(copies) ?? run.checksum;
    this.#checksums.set(copies, expected);
    return run.checksum === expected
      ? run
      : { ...run, wrong: `checksum is ${run.checksum}, the first run's was ${expected}` };
  }

  /**
   * Measures one cell once.
   *
   * @returns the sample, and what is wrong with its answer.
   */
  async measure(
    cell: CellPlan,
    at: Pick<Sample, "launch" | "round" | "seq"> & { originNs: number },
  ): Promise<{ sample: Sample; wrong?: string }> {
    if (this.#plan.restrict) this.#restrict(cell);
    const before = readLostCpuTime();
    const run = await this.#run(cell);
    const after = readLostCpuTime();
    const wrong = cell.role === "ceiling" ? run.wrong : this.#check(cell, run);
    const mhz = readCpuMegahertz(this.#plan.cpus.affinity);
    const verified = this.#plan.verify && wrong === undefined;
    const sample = { ...toSample(run, at, { before, after }), ...(mhz === undefined ? {} : { mhz }), verified };
    return { sample, ...(wrong === undefined ? {} : { wrong }) };
  }

  #check({ copies }: CellPlan, { reports }: CellRun): string | undefined {
    return this.#plan.verify ? checkWork(this.#job, copies, reports) : undefined;
  }

  /** Collects the garbage of every isolate. */
  collect(): Promise<void> {
    return this.#workers.collect();
  }

  /** Pins the processes of a cell to as many CPUs as it has workers, V8's helper threads included. */
  #restrict({ role, workers }: CellPlan): void {
    const cpus = pinOrder("cores", this.#plan.cpus).slice(0, workers);
    const { processes } = role === "ceiling" ? (this.#ceiling as Ceiling) : this.#workers;
    for (const pid of processes) pinProcess(pid, cpus);
  }

  async close(): Promise<void> {
    this.#unrestrict();
    await this.#workers.close();
  }

  /** Ends the workers without waiting for their work. */
  async terminate(): Promise<void> {
    this.#unrestrict();
    await this.#workers.terminate();
  }

  /** Lets this process use all its CPUs again. */
  #unrestrict(): void {
    if (this.#plan.restrict) pinProcess(process.pid, this.#plan.cpus.affinity);
  }
}

/** The cells of a round: the serial loop, every level, and native threads at every level and one. */
function planCells({ id }: Kernel, { mode, levels }: ScalingPlan, { copies, units }: WorkAmount): CellPlan[] {
  const growth = (workers: number) => (mode === "weak" ? workers : 1);
  const cell = (role: Role, workers: number, amount: number): CellPlan => {
    return { id: `${id}/${role}/${workers}`, role, workers, copies: amount * growth(workers) };
  };
  return [
    { id: `${id}/serial`, role: "serial", workers: 1, copies },
    ...levels.map((workers) => cell("pool", workers, copies)),
    ...(units === 0 ? [] : [...new Set([1, ...levels])]).map((workers) => cell("ceiling", workers, units)),
  ];
}

function toTrace(run: CellRun): Trace {
  const { callNs } = run;
  return {
    spanNs: spanNsOf(run),
    workers: run.reports.map(({ startNs, chunks, endsNs = [] }) => ({
      startNs: startNs - callNs,
      chunks,
      endsNs: endsNs.map((end) => end - callNs),
    })),
  };
}

function toSample(
  run: CellRun,
  { launch, round, seq, originNs }: Pick<Sample, "launch" | "round" | "seq"> & { originNs: number },
  { before, after }: { before: LostCpuTime; after: LostCpuTime },
): Omit<Sample, "verified"> {
  const starts = run.reports.map((report) => report.startNs);
  const ends = run.reports.map((report) => report.endNs);
  return {
    launch,
    round,
    seq,
    startNs: run.callNs - originNs,
    spanNs: spanNsOf(run),
    kernelNs: Math.max(...ends) - Math.min(...starts),
    skewNs: Math.max(...starts) - Math.min(...starts),
    offsetsNs: starts.map((start) => start - run.callNs),
    busyNs: run.reports.map((report) => report.endNs - report.startNs),
    cpuNs: run.reports.flatMap((report) => report.cpuNs ?? []),
    waitNs: run.reports.flatMap((report) => report.waitNs ?? []),
    gcNs: run.reports.flatMap((report) => report.gcNs ?? []),
    stealNs: after.stealNs - before.stealNs,
    throttledNs: after.throttledNs - before.throttledNs,
  };
}
