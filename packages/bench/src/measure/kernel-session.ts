import type { Cell, Role, Sample } from "../base/sample.ts";
import type { Job, Kernel } from "../kernel/kernel.ts";
import type { Ceiling, CeilingKind } from "./ceiling.ts";
import type { Crew, CrewRun } from "./crew.ts";
import { type MachineTimes, machineTimes } from "./machine-clock.ts";
import { startProcessCrew } from "./process-crew.ts";
import type { ScalingPlan } from "./scaling-plan.ts";
import { startThreadCrew } from "./thread-crew.ts";
import type { WarmUp } from "./warm-up.ts";
import { checkWork } from "./work.ts";

/** The shortest time that the fastest cell should take, and the longest that the serial one may take to get there. */
const shortestCellNs = 200e6;
const longestSerialNs = 2e9;
/** How long the ceiling's fastest cell should take: its work is even, so it may be shorter than ours. */
const ceilingCellNs = 80e6;

/** A cell to measure: one way of doing the work. */
export interface CellPlan {
  readonly id: string;
  readonly role: Role;
  readonly workers: number;
  readonly copies: number;
}

/** One kernel made ready on every isolate, warm, with its cells laid out. */
export class KernelSession {
  readonly kernel: Kernel;
  readonly copies: number;
  readonly cells: readonly CellPlan[];
  readonly warmUps: readonly WarmUp[];
  readonly chunks: number;
  readonly #job: Job;
  readonly #crew: Crew;
  readonly #ceiling: Ceiling | undefined;
  readonly #checksums = new Map<number, string>();
  readonly #usable: number;
  readonly #samples = new Map<string, Sample[]>();

  constructor(
    kernel: Kernel,
    job: Job,
    crew: Crew,
    plan: ScalingPlan,
    copies: number,
    ceiling?: { program: Ceiling; units: number },
  ) {
    this.kernel = kernel;
    this.chunks = job.chunks;
    this.copies = copies;
    this.warmUps = crew.warmUps;
    this.#job = job;
    this.#crew = crew;
    this.#usable = plan.cpus.usable;
    this.#ceiling = ceiling?.program;
    const growth = (workers: number) => (plan.mode === "weak" ? workers : 1);
    this.cells = [
      { id: `${kernel.id}/serial`, role: "serial", workers: 1, copies },
      ...plan.levels.map((workers): CellPlan => {
        return { id: `${kernel.id}/pool/${workers}`, role: "pool", workers, copies: copies * growth(workers) };
      }),
      ...(ceiling === undefined ? [] : [...new Set([1, ...plan.levels])]).map((workers): CellPlan => {
        const units = (ceiling as { units: number }).units * growth(workers);
        return { id: `${kernel.id}/ceiling/${workers}`, role: "ceiling", workers, copies: units };
      }),
    ];
    for (const cell of this.cells) this.#samples.set(cell.id, []);
  }

  /** Starts and warms a crew, and finds out how often a cell must repeat the job to be long enough. */
  static async open(kernel: Kernel, plan: ScalingPlan, program?: Ceiling): Promise<KernelSession> {
    const shared = new SharedArrayBuffer(kernel.sharedBytes?.(plan.size) ?? 0);
    const job = kernel.prepare(plan.size, shared);
    const most = Math.max(...plan.levels);
    const crew =
      plan.backend === "spawn"
        ? await startProcessCrew(kernel, plan.size, most)
        : await startThreadCrew(kernel, plan.size, most, shared);
    const serialNs = runNs(await crew.runAlone(1));
    const divides = Math.min(plan.cpus.usable, Math.max(...plan.levels));
    const wantedNs = Math.min(longestSerialNs, plan.size === "tiny" ? 0 : shortestCellNs * divides);
    const copies = Math.max(1, Math.ceil(wantedNs / serialNs));
    const units =
      program?.kinds.includes(ceilingKind(kernel)) &&
      (await ceilingUnits(program, ceilingKind(kernel), ceilingCellNs * divides));
    const ceiling = program && units ? { program, units } : undefined;
    const session = new KernelSession(kernel, job, crew, plan, copies, ceiling);
    await session.#practise();
    return session;
  }

  /** Runs every cell once unmeasured: a whole job takes paths that the warm-up's share of it did not. */
  async #practise(): Promise<void> {
    for (const cell of this.cells) await this.#run(cell);
  }

  async #run({ role, workers, copies }: CellPlan): Promise<CrewRun & { wrong?: string }> {
    if (role === "serial") return this.#crew.runAlone(copies);
    if (role === "pool") return this.#crew.run(workers, copies);
    const run = await (this.#ceiling as Ceiling).run(ceilingKind(this.kernel), workers, copies);
    const expected = this.#checksums.get(copies) ?? run.checksum;
    this.#checksums.set(copies, expected);
    return run.checksum === expected ? run : { ...run, wrong: `checksum ${run.checksum}, before ${expected}` };
  }

  /** Measures one cell once and keeps the sample. Gives what is wrong with its answer, or `undefined`. */
  async measure(cell: CellPlan, at: { round: number; seq: number; originNs: number }): Promise<string | undefined> {
    const before = machineTimes();
    const run = await this.#run(cell);
    const after = machineTimes();
    const wrong = cell.role === "ceiling" ? run.wrong : checkWork(this.#job, cell.copies, run.reports);
    this.#samples.get(cell.id)?.push(toSample(run, at, { before, after }, wrong === undefined));
    return wrong;
  }

  /** The cells with the samples that were taken so far. */
  measured(): Cell[] {
    return this.cells.map(({ id, role, workers, copies }) => ({
      id,
      kernel: this.kernel.id,
      role,
      workers,
      copies,
      oversubscribed: role !== "serial" && workers > this.#usable,
      samples: [...(this.#samples.get(id) ?? [])],
    }));
  }

  close(): Promise<void> {
    return this.#crew.close();
  }
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

function toSample(
  run: CrewRun,
  at: { round: number; seq: number; originNs: number },
  { before, after }: { before: MachineTimes; after: MachineTimes },
  verified: boolean,
): Sample {
  const starts = run.reports.map((report) => report.startNs);
  const ends = run.reports.map((report) => report.endNs);
  return {
    launch: 0,
    round: at.round,
    seq: at.seq,
    startNs: run.callNs - at.originNs,
    spanNs: runNs(run),
    kernelNs: Math.max(...ends) - Math.min(...starts),
    skewNs: Math.max(...starts) - Math.min(...starts),
    offsetsNs: starts.map((start) => start - run.callNs),
    busyNs: run.reports.map((report) => report.endNs - report.startNs),
    cpuNs: run.reports.flatMap((report) => report.cpuNs ?? []),
    waitNs: run.reports.flatMap((report) => report.waitNs ?? []),
    stealNs: after.stealNs - before.stealNs,
    throttledNs: after.throttledNs - before.throttledNs,
    verified,
  };
}
