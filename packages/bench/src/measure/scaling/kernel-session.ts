import { pinOrder } from "../../base/pin-order.ts";
import type { Role, Sample, Trace } from "../../base/sample.ts";
import type { Job, Kernel } from "../../kernel/kernel.ts";
import { keepProcess } from "../machine/pin-thread.ts";
import { type MachineTimes, machineTimes, megahertz } from "../machine/processor-clock.ts";
import type { WarmUp } from "../machine/warm-up-run.ts";
import { type Crew, type CrewRun, getReady } from "../worker/measured-workers.ts";
import { startProcessCrew } from "../worker/process-workers.ts";
import { startThreadCrew } from "../worker/thread-workers.ts";
import { checkWork } from "../worker/work.ts";
import type { Ceiling, CeilingKind } from "./ceiling.ts";
import type { ScalingPlan } from "./scaling-plan.ts";

/** The shortest time that the fastest cell should take, and the longest that the serial one may take to get there. */
const shortestCellNs = 200e6;
const longestSerialNs = 2e9;
/** Of more chunks than these a trace would fill the result's file, and nobody could tell them apart. */
const mostTraced = 4096;
/** How long the ceiling's fastest cell should take: its work is even, so it may be shorter than ours. */
const ceilingCellNs = 80e6;

/** A cell to measure: one way of doing the work. */
export interface CellPlan {
  readonly id: string;
  readonly role: Role;
  readonly workers: number;
  readonly copies: number;
}

/** How much work a cell is: copies of the job, and units of the ceiling; the same for every launch of a kernel. */
export interface Amount {
  readonly copies: number;
  /** 0 when the kernel has no ceiling. */
  readonly units: number;
}

/** One launch of a kernel: made ready on every isolate, warm, with its cells laid out. */
export class KernelSession {
  readonly kernel: Kernel;
  readonly amount: Amount;
  readonly cells: readonly CellPlan[];
  readonly warmUps: readonly WarmUp[];
  readonly chunks: number;
  readonly #job: Job;
  readonly #crew: Crew;
  readonly #ceiling: Ceiling | undefined;
  readonly #checksums = new Map<number, string>();
  readonly #plan: ScalingPlan;
  #trace: Trace | undefined;

  constructor(
    { kernel, job, crew, ceiling }: { kernel: Kernel; job: Job; crew: Crew; ceiling: Ceiling | undefined },
    plan: ScalingPlan,
    amount: Amount,
  ) {
    this.kernel = kernel;
    this.chunks = job.chunks;
    this.amount = amount;
    this.warmUps = crew.warmUps;
    this.#job = job;
    this.#crew = crew;
    this.#plan = plan;
    this.#ceiling = ceiling;
    this.cells = layOut(kernel, plan, amount);
  }

  /**
   * Starts and warms a crew.
   *
   * @param amount that of an earlier launch; otherwise it is found out how often a cell must repeat the job to be long enough.
   */
  static async open(
    kernel: Kernel,
    plan: ScalingPlan,
    {
      ceiling,
      amount,
      signal,
    }: { ceiling?: Ceiling | undefined; amount?: Amount | undefined; signal?: AbortSignal | undefined },
  ): Promise<KernelSession> {
    const shared = new SharedArrayBuffer(kernel.sharedBytes?.(plan.size) ?? 0);
    const job = kernel.prepare(plan.size, shared);
    if (!Number.isInteger(job.chunks) || job.chunks < 1) {
      throw new TypeError(
        `${kernel.id} has ${job.chunks} chunks: write a whole number from 1, best 8 or more for each worker`,
      );
    }
    const { size, warmUpNs, backend, pinned } = plan;
    const crewPlan = { kernel, size, workers: Math.max(...plan.levels), warmUpNs, pinned, signal };
    const crew =
      backend === "thread" ? await startThreadCrew(crewPlan, shared) : await startProcessCrew(crewPlan, backend);
    let found = amount;
    await getReady(crew, signal, async () => {
      found ??= await enoughWork(kernel, plan, crew, ceiling);
    });
    const session = new KernelSession({ kernel, job, crew, ceiling }, plan, found as Amount);
    return getReady(session, signal, () => session.#practise());
  }

  /** Runs every cell once unmeasured: a whole job takes paths that the warm-up's share of it did not. */
  async #practise(): Promise<void> {
    const usable = this.cells.filter(({ role, workers }) => role === "pool" && workers <= this.#plan.cpus.usable);
    const fullest = usable.at(-1);
    for (const cell of this.cells) {
      const traced = cell === fullest && this.chunks * cell.copies <= mostTraced;
      const run = await this.#run(cell, traced);
      if (traced) this.#trace = toTrace(run);
    }
  }

  /** What the workers did in the rehearsal of the fullest level within the usable CPUs. */
  get trace(): Trace | undefined {
    return this.#trace;
  }

  async #run({ role, workers, copies }: CellPlan, traced = false): Promise<CrewRun & { wrong?: string }> {
    if (role === "serial") return this.#crew.runAlone(copies);
    if (role === "pool") return this.#crew.run(workers, copies, traced);
    const run = await (this.#ceiling as Ceiling).run(ceilingKind(this.kernel), workers, copies);
    const expected = this.#checksums.get(copies) ?? run.checksum;
    this.#checksums.set(copies, expected);
    return run.checksum === expected ? run : { ...run, wrong: `checksum ${run.checksum}, before ${expected}` };
  }

  /** Measures one cell once. Gives the sample, and what is wrong with its answer. */
  async measure(
    cell: CellPlan,
    at: Pick<Sample, "launch" | "round" | "seq"> & { originNs: number },
  ): Promise<{ sample: Sample; wrong?: string }> {
    if (this.#plan.restrict) this.#restrict(cell);
    const before = machineTimes();
    const run = await this.#run(cell);
    const after = machineTimes();
    const wrong = cell.role === "ceiling" ? run.wrong : this.#check(cell, run);
    const mhz = megahertz(this.#plan.cpus.affinity);
    const verified = this.#plan.verify && wrong === undefined;
    const sample = { ...toSample(run, at, { before, after }), ...(mhz === undefined ? {} : { mhz }), verified };
    return { sample, ...(wrong === undefined ? {} : { wrong }) };
  }

  #check({ copies }: CellPlan, { reports }: CrewRun): string | undefined {
    return this.#plan.verify ? checkWork(this.#job, copies, reports) : undefined;
  }

  /** Collects the garbage of every isolate. */
  collect(): Promise<void> {
    return this.#crew.collect();
  }

  /** Keeps who does the cell's work to as many CPUs as there are workers, helper threads of V8 and all. */
  #restrict({ role, workers }: CellPlan): void {
    const cpus = pinOrder("cores", this.#plan.cpus).slice(0, workers);
    const { processes } = role === "ceiling" ? (this.#ceiling as Ceiling) : this.#crew;
    for (const pid of processes) keepProcess(pid, cpus);
  }

  async close(): Promise<void> {
    this.#free();
    await this.#crew.close();
  }

  /** Ends it whatever it is doing. */
  async abandon(): Promise<void> {
    this.#free();
    await this.#crew.abandon();
  }

  /** What comes next in this process may use all CPUs again. */
  #free(): void {
    if (this.#plan.restrict) keepProcess(process.pid, this.#plan.cpus.affinity);
  }
}

/** The cells of a round: the serial loop, every level, and native threads at every level and one. */
function layOut({ id }: Kernel, { mode, levels }: ScalingPlan, { copies, units }: Amount): CellPlan[] {
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

/** How much work makes the fastest cell long enough, without making the serial one too long. */
async function enoughWork(kernel: Kernel, plan: ScalingPlan, crew: Crew, ceiling?: Ceiling): Promise<Amount> {
  const serialNs = runNs(await crew.runAlone(1));
  const divides = Math.min(plan.cpus.usable, Math.max(...plan.levels));
  const wantedNs = Math.min(longestSerialNs, plan.size === "tiny" ? 0 : shortestCellNs * divides);
  const kind = ceilingKind(kernel);
  return {
    copies: Math.max(1, Math.ceil(wantedNs / serialNs)),
    units: ceiling?.kinds.includes(kind) ? await ceilingUnits(ceiling, kind, ceilingNs(plan) * divides) : 0,
  };
}

function ceilingNs({ size }: ScalingPlan): number {
  return size === "tiny" ? ceilingCellNs / 20 : ceilingCellNs;
}

function ceilingKind({ bound }: Kernel): CeilingKind {
  return bound === "memory" ? "memory" : "compute";
}

/** How many units one native thread does in the time that the cell should take. */
async function ceilingUnits(ceiling: Ceiling, kind: CeilingKind, wantedNs: number): Promise<number> {
  const trial = 64;
  await ceiling.run(kind, 1, trial);
  return Math.max(1, Math.ceil((trial * wantedNs) / runNs(await ceiling.run(kind, 1, trial))));
}

function runNs(run: CrewRun): number {
  return run.returnNs - run.callNs;
}

function toTrace(run: CrewRun): Trace {
  const { callNs } = run;
  return {
    spanNs: runNs(run),
    workers: run.reports.map(({ startNs, chunks, endsNs = [] }) => ({
      startNs: startNs - callNs,
      chunks,
      endsNs: endsNs.map((end) => end - callNs),
    })),
  };
}

function toSample(
  run: CrewRun,
  { launch, round, seq, originNs }: Pick<Sample, "launch" | "round" | "seq"> & { originNs: number },
  { before, after }: { before: MachineTimes; after: MachineTimes },
): Omit<Sample, "verified"> {
  const starts = run.reports.map((report) => report.startNs);
  const ends = run.reports.map((report) => report.endNs);
  return {
    launch,
    round,
    seq,
    startNs: run.callNs - originNs,
    spanNs: runNs(run),
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
