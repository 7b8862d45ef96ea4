import { once } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Process } from "@manyhands/process";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import type { Kernel, Size } from "../kernel/kernel.ts";
import type { Crew, CrewRun, WorkerReport } from "./crew.ts";
import { controlBytes, word } from "./crew-control.ts";
import type { crewWorker, Seat } from "./crew-worker.ts";
import { now } from "./thread-clock.ts";
import type { WarmUp } from "./warm-up.ts";

const target = { module: new URL("./crew-worker.js", import.meta.url), name: "crewWorker" };

/** Starts a crew of threads for one kernel, and waits until all are warm. */
export async function startThreadCrew(
  kernel: Kernel,
  size: Size,
  workers: number,
  shared: SharedArrayBuffer,
): Promise<Crew> {
  const control = new SharedArrayBuffer(controlBytes);
  const members = Array.from({ length: workers }, (_, index) => new Member(index, kernel, size, shared, control));
  const crew = new ThreadCrew(members, new Int32Array(control));
  try {
    crew.warmUps = await Promise.all(members.map((member) => member.message<WarmUp>()));
  } catch (error) {
    await crew.abandon();
    throw error;
  }
  return crew;
}

class ThreadCrew implements Crew {
  warmUps: readonly WarmUp[] = [];
  readonly #members: readonly Member[];
  readonly #words: Int32Array;

  constructor(members: readonly Member[], words: Int32Array) {
    this.#members = members;
    this.#words = words;
  }

  async run(workers: number, copies: number): Promise<CrewRun> {
    const words = this.#words;
    const replies = Promise.all(this.#members.slice(0, workers).map((member) => member.message<WorkerReport>()));
    const callNs = now();
    Atomics.store(words, word.workers, workers);
    Atomics.store(words, word.copies, copies);
    Atomics.store(words, word.next, 0);
    this.#wake();
    const reports = await replies;
    return { callNs, returnNs: now(), reports };
  }

  async close(): Promise<void> {
    Atomics.store(this.#words, word.workers, 0);
    this.#wake();
    await Promise.all(this.#members.map((member) => member.ended()));
  }

  /** Ends what is left of a crew that lost a member. */
  async abandon(): Promise<void> {
    for (const member of this.#members) member.terminate();
    await Promise.all(this.#members.map((member) => member.ended()));
  }

  #wake(): void {
    Atomics.add(this.#words, word.generation, 1);
    Atomics.notify(this.#words, word.generation);
  }
}

/** The caller's side of one worker. */
class Member {
  readonly #child: Process;
  readonly #port: MessagePort;
  readonly #died: Promise<never>;

  constructor(index: number, kernel: Kernel, size: Size, shared: SharedArrayBuffer, control: SharedArrayBuffer) {
    const { port1, port2 } = new MessageChannel();
    const reference = { module: kernel.module, id: kernel.id };
    const seat: Seat = { index, kernel: reference, size, shared, control, port: port2 };
    this.#port = port1;
    this.#child = new Process<Parameters<typeof crewWorker>, void>(target, {
      args: [seat],
      transferList: [port2],
      startMethod: "thread",
      name: `${kernel.id} worker ${index}`,
    });
    this.#child.start();
    this.#died = this.#child.result().then(
      () => Promise.reject(lost(index, "it ended before its work was done")),
      (error: unknown) => Promise.reject(lost(index, error instanceof Error ? error.message : String(error), error)),
    );
    this.#died.catch(() => {});
  }

  /** The next message of the worker; rejects when the worker dies first. */
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

function lost(index: number, why: string, cause?: unknown): BenchError {
  return new BenchError(`Cannot measure: worker ${index} died: ${why}`, exitCodes.invalid, { cause });
}
