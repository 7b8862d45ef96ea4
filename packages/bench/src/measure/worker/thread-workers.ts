import { once } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Process } from "@manyhands/process";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import { now } from "../machine/shared-clock.ts";
import type { WarmUp } from "../machine/warm-up-run.ts";
import { type Crew, type CrewPlan, type CrewRun, cpuOfSeat, getReady, type WorkerReport } from "./measured-workers.ts";
import type { crewWorker, Seat } from "./thread-worker.ts";
import { controlBytes, order, word } from "./worker-control.ts";

const target = { module: new URL("./thread-worker.js", import.meta.url), name: "crewWorker" };

/** Starts a crew of threads for one kernel, and waits until all are warm. */
export async function startThreadCrew(plan: CrewPlan, shared: SharedArrayBuffer): Promise<Crew> {
  const { kernel, size, workers, warmUpNs } = plan;
  const control = new SharedArrayBuffer(controlBytes(workers + 1));
  const crew = new ThreadCrew(new Int32Array(control));
  const seat = { kernel: { module: kernel.module, id: kernel.id }, size, shared, control, warmUpNs };
  const member = (role: string, index: number) => new Member(role, { ...seat, index, cpu: cpuOfSeat(plan, index) });
  // The soloist is warm before the others begin, and sleeps from then on; so nobody's warm-up disturbs its own.
  return getReady(
    crew,
    plan.signal,
    () => crew.admit([member("soloist", 0)]),
    () => crew.admit(Array.from({ length: workers }, (_, at) => member(`worker ${at}`, at + 1))),
  );
}

class ThreadCrew implements Crew {
  readonly warmUps: WarmUp[] = [];
  readonly processes = [process.pid];
  /** The soloist first, then the workers. */
  readonly #members: Member[] = [];
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Takes members in and waits until they are warm. */
  async admit(members: readonly Member[]): Promise<void> {
    this.#members.push(...members);
    this.warmUps.push(...(await Promise.all(members.map((member) => member.message<WarmUp>()))));
  }

  async run(workers: number, copies: number, traced = false): Promise<CrewRun> {
    const members = this.#members.slice(1, workers + 1);
    const replies = Promise.all(members.map((member) => member.message<WorkerReport>()));
    const callNs = now();
    this.#give(traced ? order.traced : order.shared, copies, members);
    const reports = await this.#all(replies);
    return { callNs, returnNs: now(), reports };
  }

  async runAlone(copies: number): Promise<CrewRun> {
    const soloist = this.#members.slice(0, 1);
    const replies = Promise.all(soloist.map((member) => member.message<WorkerReport>()));
    this.#give(order.alone, copies, soloist);
    const [report] = (await this.#all(replies)) as [WorkerReport];
    return { callNs: report.startNs, returnNs: report.endNs, reports: [report] };
  }

  async collect(): Promise<void> {
    const replies = Promise.all(this.#members.map((member) => member.message()));
    this.#give(order.collect, 0, this.#members);
    await this.#all(replies);
  }

  async close(): Promise<void> {
    this.#give(order.end, 0, this.#members);
    await Promise.all(this.#members.map((member) => member.ended()));
  }

  async abandon(): Promise<void> {
    for (const member of this.#members) member.terminate();
    await Promise.all(this.#members.map((member) => member.ended()));
  }

  async #all<T>(replies: Promise<T>): Promise<T> {
    try {
      return await replies;
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  #give(given: number, copies: number, members: readonly Member[]): void {
    const words = this.#words;
    Atomics.store(words, word.order, given);
    Atomics.store(words, word.copies, copies);
    Atomics.store(words, word.next, 0);
    for (const { index } of members) {
      Atomics.add(words, word.turns + index, 1);
      Atomics.notify(words, word.turns + index);
    }
  }
}

/** The caller's side of one member. */
class Member {
  readonly index: number;
  readonly #child: Process<typeof crewWorker>;
  readonly #port: MessagePort;
  readonly #died: Promise<never>;

  constructor(role: string, seat: Omit<Seat, "port">) {
    const { port1, port2 } = new MessageChannel();
    const name = `${seat.kernel.id} ${role}`;
    this.index = seat.index;
    this.#port = port1;
    this.#child = new Process<typeof crewWorker>(target, {
      args: [{ ...seat, port: port2 }],
      transferList: [port2],
      startMethod: "thread",
      name,
    });
    this.#child.start();
    this.#died = this.#child.result().then(
      () => Promise.reject(lost(name, "it ended before its work was done")),
      (error: unknown) => Promise.reject(lost(name, error instanceof Error ? error.message : String(error), error)),
    );
    this.#died.catch(() => {});
  }

  /** The next message of the member; rejects when it dies first. */
  async message<T>(): Promise<T> {
    const [message] = (await Promise.race([once(this.#port, "message"), this.#died])) as [T];
    return message;
  }

  terminate(): void {
    this.#child.terminate();
  }

  async ended(): Promise<void> {
    await this.#child.join();
    this.#port.close();
  }
}

function lost(name: string, why: string, cause?: unknown): BenchError {
  return new BenchError(`Cannot measure: ${name} died: ${why}`, exitCodes.invalid, { cause });
}
