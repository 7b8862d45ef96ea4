import { once } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Process } from "@manyhands/process";
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
import type { runThreadWorker, ThreadWorkerSetup } from "./thread-worker.ts";
import { command, controlBytes, controlWord } from "./worker-control.ts";

const target = { module: new URL("./thread-worker.js", import.meta.url), name: "runThreadWorker" };

/** Starts worker threads for one kernel, and waits until all are warm. */
export async function startThreadWorkers(plan: WorkersPlan, shared: SharedArrayBuffer): Promise<MeasuredWorkers> {
  const { kernel, size, workers, warmUpNs } = plan;
  const control = new SharedArrayBuffer(controlBytes(workers + 1));
  const threads = new ThreadWorkers(new Int32Array(control));
  const setup = { kernel: { module: kernel.module, id: kernel.id }, size, shared, control, warmUpNs };
  const start = (role: string, slot: number) =>
    new ThreadWorkerHandle(role, { ...setup, slot, cpu: cpuOfSlot(plan, slot) });
  // The serial worker warms up before the others start, so that they do not disturb it. Afterwards it sleeps.
  return terminateOnFailure(
    threads,
    plan.signal,
    () => threads.add([start("serial worker", 0)]),
    () => threads.add(Array.from({ length: workers }, (_, at) => start(`worker ${at}`, at + 1))),
  );
}

class ThreadWorkers implements MeasuredWorkers {
  readonly warmUps: WarmUpRun[] = [];
  readonly processes = [process.pid];
  /** By slot: the serial worker first. */
  readonly #workers: ThreadWorkerHandle[] = [];
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Adds workers and waits until they are warm. */
  async add(workers: readonly ThreadWorkerHandle[]): Promise<void> {
    this.#workers.push(...workers);
    this.warmUps.push(...(await Promise.all(workers.map((worker) => worker.receive<WarmUpRun>()))));
  }

  async run(workers: number, copies: number, traced = false): Promise<CellRun> {
    const chosen = this.#workers.slice(1, workers + 1);
    const replies = Promise.all(chosen.map((worker) => worker.receive<WorkerReport>()));
    const callNs = monotonicNs();
    this.#send(traced ? command.traced : command.shared, copies, chosen);
    const reports = await this.#terminateUnless(replies);
    return { callNs, returnNs: monotonicNs(), reports };
  }

  async runAlone(copies: number): Promise<CellRun> {
    const serial = this.#workers.slice(0, 1);
    const replies = Promise.all(serial.map((worker) => worker.receive<WorkerReport>()));
    this.#send(command.alone, copies, serial);
    const [report] = (await this.#terminateUnless(replies)) as [WorkerReport];
    return { callNs: report.startNs, returnNs: report.endNs, reports: [report] };
  }

  async collect(): Promise<void> {
    const replies = Promise.all(this.#workers.map((worker) => worker.receive()));
    this.#send(command.collect, 0, this.#workers);
    await this.#terminateUnless(replies);
  }

  async close(): Promise<void> {
    this.#send(command.end, 0, this.#workers);
    await Promise.all(this.#workers.map((worker) => worker.join()));
  }

  async terminate(): Promise<void> {
    for (const worker of this.#workers) worker.terminate();
    await Promise.all(this.#workers.map((worker) => worker.join()));
  }

  /** Waits for the replies; terminates all workers when one of them exited. */
  async #terminateUnless<T>(replies: Promise<T>): Promise<T> {
    try {
      return await replies;
    } catch (error) {
      await this.terminate();
      throw error;
    }
  }

  #send(given: number, copies: number, workers: readonly ThreadWorkerHandle[]): void {
    const words = this.#words;
    Atomics.store(words, controlWord.command, given);
    Atomics.store(words, controlWord.copies, copies);
    Atomics.store(words, controlWord.next, 0);
    for (const { slot } of workers) {
      Atomics.add(words, controlWord.turns + slot, 1);
      Atomics.notify(words, controlWord.turns + slot);
    }
  }
}

/** The caller's side of one worker thread. */
class ThreadWorkerHandle {
  readonly slot: number;
  readonly #child: Process<typeof runThreadWorker>;
  readonly #port: MessagePort;
  readonly #exited: Promise<never>;

  constructor(role: string, setup: Omit<ThreadWorkerSetup, "port">) {
    const { port1, port2 } = new MessageChannel();
    const name = `${setup.kernel.id} ${role}`;
    this.slot = setup.slot;
    this.#port = port1;
    this.#child = new Process<typeof runThreadWorker>(target, {
      args: [{ ...setup, port: port2 }],
      transferList: [port2],
      startMethod: "thread",
      name,
    });
    this.#child.start();
    this.#exited = rejectOnExit(name, this.#child.result());
  }

  /** The worker's next message; rejects when the worker exits first. */
  async receive<T>(): Promise<T> {
    const [message] = (await Promise.race([once(this.#port, "message"), this.#exited])) as [T];
    return message;
  }

  terminate(): void {
    this.#child.terminate();
  }

  async join(): Promise<void> {
    await this.#child.join();
    this.#port.close();
  }
}
