import type { TransferListItem } from "node:worker_threads";
import type { Life } from "../../process/parent/child-life.ts";
import { lifeOf, Process } from "../../process/parent/process.ts";
import { program } from "../../start/child/program-path.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { Exit, StartMethodName } from "../../start/start-method.ts";
import { begun, type ToPool, type ToWorker } from "../wire/pool-message.ts";
import type { Engine, EngineWorker, WorkerSpec } from "./engine.ts";

const entry = { module: program("pool-process"), name: "work" };

/** Workers that are Processes, born by any start method. */
export function processEngine(name: StartMethodName): Engine {
  return {
    startMethod: name,
    reach: startMethod(name).reach,
    launch: (spec, received) => new ProcessWorker(name, spec, received),
  };
}

class ProcessWorker implements EngineWorker {
  readonly exited: Promise<Exit>;
  readonly #life: Life;
  #begun = 0;

  constructor(
    method: StartMethodName,
    { name, boot, transferList, resourceLimits }: WorkerSpec,
    received: (message: ToPool) => void,
  ) {
    const child = new Process(entry, {
      name,
      daemon: true,
      startMethod: method,
      ...(resourceLimits && { resourceLimits }),
    }).start();
    this.#life = lifeOf(child as Process) as Life;
    this.#life.receive((message: ToPool | typeof begun) => {
      if (message === begun) this.#begun += 1;
      else received(message);
    });
    this.exited = this.#life.ended.then(async () => {
      const exit = await this.#life.child.exited;
      // What the child itself told of its end, such as an error that nobody caught, is the answer of its target.
      const error = exit.error ?? (await this.#life.result().catch((reason: unknown) => reason));
      child.close();
      return error instanceof Error && "exitCode" in error ? exit : { ...exit, error };
    });
    try {
      this.send({ type: "boot", boot }, transferList);
    } catch (error) {
      this.kill("SIGKILL");
      throw error;
    }
  }

  get pid(): number {
    return this.#life.child.pid;
  }

  get threadId(): number {
    return this.#life.child.threadId;
  }

  get begun(): number {
    return this.#begun;
  }

  get lastWords(): string {
    return this.#life.child.lastWords;
  }

  send(message: ToWorker, transferList?: readonly TransferListItem[]): void {
    this.#life.send(message, transferList);
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#life.exitCode === null) this.#life.child.kill(signal);
  }
}
