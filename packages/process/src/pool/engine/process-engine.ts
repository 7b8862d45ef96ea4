import type { TransferListItem } from "node:worker_threads";
import { Process, startService } from "../../process/parent/process.ts";
import type { StartedChild } from "../../process/parent/started-child.ts";
import { programUrl } from "../../start/child/program-url.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { Exit, StartMethodName } from "../../start/start-method.ts";
import { type MessageToPool, type MessageToWorker, runStarted } from "../wire/pool-message.ts";
import type { Engine, EngineWorker, WorkerSpec } from "./engine.ts";

/** The engine whose workers are Processes, with any start method. */
export function createProcessEngine(name: StartMethodName): Engine {
  return {
    startMethod: name,
    reach: startMethod(name).reach,
    launch: (spec, onMessage) => new ProcessWorker(name, spec, onMessage),
  };
}

class ProcessWorker implements EngineWorker {
  readonly exited: Promise<Exit>;
  readonly #startedChild: StartedChild;
  #startedRuns = 0;

  constructor(
    method: StartMethodName,
    { name, boot, transferList, resourceLimits, program }: WorkerSpec,
    onMessage: (message: MessageToPool) => void,
  ) {
    const child = new Process(
      { module: programUrl("pool-process"), name: "work" },
      {
        name,
        daemon: true,
        startMethod: method,
        ...program,
        ...(resourceLimits && { resourceLimits }),
      },
    );
    this.#startedChild = startService(child as Process);
    this.#startedChild.receive((message: MessageToPool | typeof runStarted) => {
      if (message === runStarted) this.#startedRuns += 1;
      else onMessage(message);
    });
    this.exited = this.#startedChild.ended.then(async () => {
      const exit = this.#startedChild.exit as Exit;
      // The child reports an uncaught error as the error of its target.
      const error = exit.error ?? (await this.#startedChild.result().catch((reason: unknown) => reason));
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
    const { handle } = this.#startedChild;
    return handle.hasPid ? handle.pid : 0;
  }

  get threadId(): number {
    return this.#startedChild.handle.threadId;
  }

  get startedRuns(): number {
    return this.#startedRuns;
  }

  get stderrTail(): string {
    return this.#startedChild.handle.stderrTail;
  }

  send(message: MessageToWorker, transferList?: readonly TransferListItem[]): void {
    this.#startedChild.send(message, transferList);
  }

  kill(signal: NodeJS.Signals): void {
    this.#startedChild.kill(signal);
  }
}
