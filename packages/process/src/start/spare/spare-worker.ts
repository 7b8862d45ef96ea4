import type { MessagePort, Worker } from "node:worker_threads";
import { shareWithThreads } from "../../memory/announce-exit.ts";
import { workerExecArgv } from "../child/exec-argv.ts";
import { program } from "../child/program-path.ts";
import type { LaunchSpec } from "../start-method.ts";
import { keepSpares, type Spare, Stock } from "./spare-workers.ts";

/** A Worker that has booted, and waits to be told whose child it is. */
class SpareWorker implements Spare {
  readonly #worker: Worker;
  readonly #ready: Promise<unknown>;
  #used = false;
  readonly ended: Promise<unknown>;
  // While it is nobody's child, nobody is told of its errors but by its end.
  readonly #ignore = () => {};

  constructor() {
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    shareWithThreads();
    const worker = new Worker(program("thread"), { name: "spare", ...workerExecArgv() });
    worker.on("error", this.#ignore);
    worker.unref();
    this.#ready = new Promise((resolve) => worker.once("message", resolve));
    this.ended = new Promise((resolve) => worker.once("exit", resolve));
    this.#worker = worker;
  }

  async booted(): Promise<void> {
    this.#worker.ref();
    await this.#ready;
    if (!this.#used) this.#worker.unref();
  }

  /** Makes a child of it. @param port where the child finds its first message. */
  use(port: MessagePort): Worker {
    this.#used = true;
    this.#worker.off("error", this.#ignore);
    this.#worker.ref();
    this.#worker.postMessage(port, [port]);
    return this.#worker;
  }

  drop(): void {
    void this.#worker.terminate();
  }
}

const stock = new Stock(() => new SpareWorker());

/** Makes a child of a spare Worker, where there is one and it is as the child is to be; else `undefined`. */
export function useSpareWorker(spec: LaunchSpec, port: MessagePort): Worker | undefined {
  const isPlain =
    spec.stdin === "ignore" &&
    spec.stdout === "inherit" &&
    spec.stderr === "inherit" &&
    (spec.env ?? spec.execArgv ?? spec.resourceLimits) === undefined;
  return isPlain ? stock.take()?.use(port) : undefined;
}

/**
 * Keeps threads ready that have booted already, so that processes which are started by `thread` begin at once. Each is used once, and
 * a moment later replaced.
 *
 * A spare is used where the child is to have what is the default: the program's environment as it is now, no options of Node and no
 * limits of its own, output that is inherited, no input. Other children start as ever. A spare's name for the system is "spare", and what
 * `setEnvironmentData` of `node:worker_threads` sets later it does not see.
 *
 * Pools have as many of their own, once there is a pool: their threads, those that replace others above all, are made of them, unless the pool
 * sets limits.
 *
 * Each costs the memory of a thread, a few megabytes; none keeps the program alive.
 *
 * @param count how many; 0 for none, which is what there are without this call. In each thread and process for itself.
 * @returns settles when all that are missing have booted; nobody needs to wait for it.
 * @throws {RangeError} when the count is not a whole number of at least 0.
 *
 * @example
 * await setSpareWorkers(1);
 * console.log(await new Process(job).start().result());
 */
export async function setSpareWorkers(count: number): Promise<void> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot keep ${String(count)} spare workers: write a whole number, 0 for none`);
  }
  await keepSpares(count, [stock]);
}
