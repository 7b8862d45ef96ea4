import { getContext, type Process, type SharedArray } from "@manyhands/process";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import type { WarmUpRun } from "../machine/warm-up-run.ts";
import {
  type CellRun,
  cpuOfSlot,
  type MeasuredWorkers,
  rejectOnExit,
  terminateOnFailure,
  type WorkerReport,
  type WorkersPlan,
} from "./measured-workers.ts";
import type { PipeEnd, runProcessWorker, WorkerCommand } from "./process-worker.ts";

const target = { module: new URL("./process-worker.js", import.meta.url), name: "runProcessWorker" };

/** The start methods whose children are processes and do not copy this one's memory. */
type ProcessMethod = "spawn" | "forkserver";

/** Starts worker processes for one kernel, each with a Pipe to this process, and waits until all are warm. */
export async function startProcessWorkers(plan: WorkersPlan, startMethod: ProcessMethod): Promise<MeasuredWorkers> {
  const { SharedArray } = getContext(startMethod);
  const next = new SharedArray("i32", 1, { lock: false }) as SharedArray<"i32">;
  const processes = new ProcessWorkers(next);
  const start = (role: string, slot: number) => new ProcessWorkerHandle(plan, startMethod, { role, slot, next });
  // As with threads: the serial worker warms up before the others start.
  return terminateOnFailure(
    processes,
    plan.signal,
    () => processes.add([start("serial worker", 0)]),
    () => processes.add(Array.from({ length: plan.workers }, (_, at) => start(`worker ${at}`, at + 1))),
  );
}

class ProcessWorkers implements MeasuredWorkers {
  readonly warmUps: WarmUpRun[] = [];
  /** By slot: the serial worker first. */
  readonly #workers: ProcessWorkerHandle[] = [];
  readonly #next: SharedArray<"i32">;

  constructor(next: SharedArray<"i32">) {
    this.#next = next;
  }

  /** Adds workers and waits until they are warm. */
  async add(workers: readonly ProcessWorkerHandle[]): Promise<void> {
    this.#workers.push(...workers);
    this.warmUps.push(...(await Promise.all(workers.map((worker) => worker.receive<WarmUpRun>()))));
  }

  async run(workers: number, copies: number, traced = false): Promise<CellRun> {
    Atomics.store(this.#next.typed as Int32Array, 0, 0);
    const callNs = monotonicNs();
    const chosen = this.#workers.slice(1, workers + 1);
    const reports = await this.#request<WorkerReport>(chosen, { copies, alone: false, traced });
    return { callNs, returnNs: monotonicNs(), reports };
  }

  async runAlone(copies: number): Promise<CellRun> {
    const alone = { copies, alone: true, traced: false };
    const [report] = (await this.#request<WorkerReport>(this.#workers.slice(0, 1), alone)) as [WorkerReport];
    return { callNs: report.startNs, returnNs: report.endNs, reports: [report] };
  }

  async collect(): Promise<void> {
    await this.#request(this.#workers, "collect");
  }

  get processes(): number[] {
    return this.#workers.flatMap(({ pid }) => pid ?? []);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  async terminate(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()));
  }

  /** Sends a command to workers and collects their replies; terminates all workers when one of them exited. */
  async #request<T>(workers: readonly ProcessWorkerHandle[], command: WorkerCommand): Promise<T[]> {
    try {
      return await Promise.all(
        workers.map(async (worker) => {
          await worker.send(command);
          return worker.receive<T>();
        }),
      );
    } catch (error) {
      await this.terminate();
      throw error;
    }
  }
}

/** The caller's side of one worker process. */
class ProcessWorkerHandle {
  readonly #child: Process<typeof runProcessWorker>;
  readonly #pipe: PipeEnd;
  readonly #exited: Promise<never>;

  constructor(
    plan: WorkersPlan,
    startMethod: ProcessMethod,
    { role, slot, next }: { role: string; slot: number; next: SharedArray<"i32"> },
  ) {
    const { kernel, size, warmUpNs } = plan;
    const { Pipe, Process } = getContext(startMethod);
    const [near, far] = Pipe();
    const name = `${kernel.id} ${role}`;
    const reference = { module: kernel.module, id: kernel.id };
    this.#pipe = near as PipeEnd;
    this.#child = new Process<typeof runProcessWorker>(target, {
      args: [{ kernel: reference, size, warmUpNs, cpu: cpuOfSlot(plan, slot), pipe: far as PipeEnd, next }],
      name,
    });
    this.#child.start();
    far.close();
    this.#exited = rejectOnExit(name, this.#child.result());
  }

  get pid(): number | null {
    return this.#child.pid;
  }

  async send(command: WorkerCommand): Promise<void> {
    await Promise.race([this.#pipe.send(command), this.#exited]);
  }

  /** The worker's next message; rejects when the worker exits first. */
  async receive<T>(): Promise<T> {
    // An exit also ends the Pipe. The error of the exit has the exit code, so it is the one that is thrown.
    const message = this.#pipe.recv().catch(() => this.#exited);
    return (await Promise.race([message, this.#exited])) as T;
  }

  async end(): Promise<void> {
    await this.#pipe.send(null);
    await this.#child.join();
    this.#pipe.close();
  }

  async kill(): Promise<void> {
    this.#child.kill();
    await this.#child.join();
    this.#pipe.close();
  }
}
