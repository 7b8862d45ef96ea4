import { getContext, type Process, type SharedArray } from "@manyhands/process";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import { now } from "../machine/shared-clock.ts";
import type { WarmUp } from "../machine/warm-up-run.ts";
import { type Crew, type CrewPlan, type CrewRun, cpuOfSeat, getReady, type WorkerReport } from "./measured-workers.ts";
import type { Line, ProcessOrder, processMember } from "./process-worker.ts";

const target = { module: new URL("./process-worker.js", import.meta.url), name: "processMember" };

/** How processes of a crew are born. */
type ProcessMethod = "spawn" | "forkserver";

/** Starts a crew of processes for one kernel, each at the end of a Pipe, and waits until all are warm. */
export async function startProcessCrew(plan: CrewPlan, startMethod: ProcessMethod): Promise<Crew> {
  const { SharedArray } = getContext(startMethod);
  const next = new SharedArray("i32", 1, { lock: false }) as SharedArray<"i32">;
  const crew = new ProcessCrew(next);
  const member = (role: string, seat: number) => new ProcessMember(plan, startMethod, { role, seat, next });
  // As with threads: the soloist is warm before the others begin.
  return getReady(
    crew,
    plan.signal,
    () => crew.admit([member("soloist", 0)]),
    () => crew.admit(Array.from({ length: plan.workers }, (_, at) => member(`worker ${at}`, at + 1))),
  );
}

class ProcessCrew implements Crew {
  readonly warmUps: WarmUp[] = [];
  /** The soloist first, then the workers. */
  readonly #members: ProcessMember[] = [];
  readonly #next: SharedArray<"i32">;

  constructor(next: SharedArray<"i32">) {
    this.#next = next;
  }

  async admit(members: readonly ProcessMember[]): Promise<void> {
    this.#members.push(...members);
    this.warmUps.push(...(await Promise.all(members.map((member) => member.answer<WarmUp>()))));
  }

  async run(workers: number, copies: number, traced = false): Promise<CrewRun> {
    Atomics.store(this.#next.typed as Int32Array, 0, 0);
    const callNs = now();
    const members = this.#members.slice(1, workers + 1);
    const reports = await this.#order<WorkerReport>(members, { copies, alone: false, traced });
    return { callNs, returnNs: now(), reports };
  }

  async runAlone(copies: number): Promise<CrewRun> {
    const alone = { copies, alone: true, traced: false };
    const [report] = (await this.#order<WorkerReport>(this.#members.slice(0, 1), alone)) as [WorkerReport];
    return { callNs: report.startNs, returnNs: report.endNs, reports: [report] };
  }

  async collect(): Promise<void> {
    await this.#order(this.#members, "collect");
  }

  get processes(): number[] {
    return this.#members.flatMap(({ pid }) => pid ?? []);
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()));
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
  }

  async #order<T>(members: readonly ProcessMember[], given: ProcessOrder): Promise<T[]> {
    try {
      return await Promise.all(
        members.map(async (member) => {
          await member.tell(given);
          return member.answer<T>();
        }),
      );
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }
}

/** The caller's side of one member. */
class ProcessMember {
  readonly #child: Process<typeof processMember>;
  readonly #line: Line;
  readonly #died: Promise<never>;

  constructor(
    plan: CrewPlan,
    startMethod: ProcessMethod,
    { role, seat, next }: { role: string; seat: number; next: SharedArray<"i32"> },
  ) {
    const { kernel, size, warmUpNs } = plan;
    const { Pipe, Process } = getContext(startMethod);
    const [near, far] = Pipe();
    const name = `${kernel.id} ${role}`;
    const reference = { module: kernel.module, id: kernel.id };
    this.#line = near as Line;
    this.#child = new Process<typeof processMember>(target, {
      args: [{ kernel: reference, size, warmUpNs, cpu: cpuOfSeat(plan, seat), line: far as Line, next }],
      name,
    });
    this.#child.start();
    far.close();
    this.#died = this.#child.result().then(
      () => Promise.reject(lost(name, "it ended before its work was done")),
      (error: unknown) => Promise.reject(lost(name, error instanceof Error ? error.message : String(error), error)),
    );
    this.#died.catch(() => {});
  }

  get pid(): number | null {
    return this.#child.pid;
  }

  async tell(given: ProcessOrder): Promise<void> {
    await Promise.race([this.#line.send(given), this.#died]);
  }

  /** The next message of the member; rejects when it dies first. */
  async answer<T>(): Promise<T> {
    // The end of the Pipe and the death are two tellings of one event; the death says more.
    const message = this.#line.recv().catch(() => this.#died);
    return (await Promise.race([message, this.#died])) as T;
  }

  async end(): Promise<void> {
    await this.#line.send(null);
    await this.#child.join();
    this.#line.close();
  }

  async kill(): Promise<void> {
    this.#child.kill();
    await this.#child.join();
    this.#line.close();
  }
}

function lost(name: string, why: string, cause?: unknown): BenchError {
  return new BenchError(`Cannot measure: ${name} died: ${why}`, exitCodes.invalid, { cause });
}
