import type { MessagePort, Worker } from "node:worker_threads";
import { publishThreadTable } from "../../memory/thread-table.ts";
import { workerExecArgv } from "../child/exec-argv.ts";
import { programUrl } from "../child/program-url.ts";
import { publishUnlistedLoader } from "../child/unlisted-loader.ts";
import type { LaunchSpec } from "../start-method.ts";
import { type Spare, SpareSet, setSpareCount } from "./spare-set.ts";

/** A Worker that has booted, and waits for the port of the child that it is to become. */
class SpareWorker implements Spare {
  readonly #worker: Worker;
  readonly #ready: Promise<unknown>;
  #isUsed = false;
  readonly ended: Promise<unknown>;
  // An unused spare reports its errors only by its exit.
  readonly #ignore = () => {};

  constructor() {
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    publishThreadTable();
    publishUnlistedLoader();
    const worker = new Worker(programUrl("thread"), { name: "spare", ...workerExecArgv() });
    worker.on("error", this.#ignore);
    worker.unref();
    this.#ready = new Promise((resolve) => worker.once("message", resolve));
    this.ended = new Promise((resolve) => worker.once("exit", resolve));
    this.#worker = worker;
  }

  async booted(): Promise<void> {
    this.#worker.ref();
    await this.#ready;
    if (!this.#isUsed) this.#worker.unref();
  }

  /** Makes it a child. @param port holds the child's first message. */
  use(port: MessagePort): Worker {
    this.#isUsed = true;
    this.#worker.off("error", this.#ignore);
    this.#worker.ref();
    this.#worker.postMessage(port, [port]);
    return this.#worker;
  }

  drop(): void {
    void this.#worker.terminate();
  }
}

const spares = new SpareSet(() => new SpareWorker());

/** Makes a spare Worker the child; `undefined` when there is none, or the child needs other options. */
export function useSpareWorker(spec: LaunchSpec, port: MessagePort): Worker | undefined {
  const isPlain =
    spec.stdin === "ignore" &&
    spec.stdout === "inherit" &&
    spec.stderr === "inherit" &&
    (spec.env ?? spec.execArgv ?? spec.resourceLimits) === undefined;
  return isPlain ? spares.take()?.use(port) : undefined;
}

/**
 * Keeps threads that have booted already, so that processes with the start method `thread` start faster. Each spare is
 * used once, and replaced a moment later.
 *
 * A spare is used for a child with default options: the program's current environment, no options of Node, no limits,
 * inherited output, no input. Other children start a new thread. A spare's name for the operating system is "spare". It
 * does not see later calls of `setEnvironmentData` of `node:worker_threads`.
 *
 * Pools of threads without limits have as many spares of their own, from the first pool on. They use them for new
 * threads, and so above all for replacements.
 *
 * Each spare costs the memory of a thread, a few megabytes. None keeps the program alive.
 *
 * @param count the number of spares; 0 for none, which is the default. It holds for the calling thread or process only.
 * @returns settles when all spares have booted; awaiting it is optional.
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
  await setSpareCount(count, [spares]);
}
