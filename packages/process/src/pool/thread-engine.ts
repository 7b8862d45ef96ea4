import type { MessagePort, TransferListItem, Worker } from "node:worker_threads";
import type { Piscina } from "piscina";
import { PortChannel } from "../channel/port-channel.ts";
import { announceDeath, shareWithThreads } from "../memory/deaths.ts";
import { type Identity, identity, nextLineage } from "../process/identity.ts";
import { exitByte, signalNumber } from "../start/exit-code.ts";
import { LastWords } from "../start/last-words.ts";
import { program } from "../start/program.ts";
import type { Exit } from "../start/start-method.ts";
import type { Engine, EngineWorker, WorkerEvents, WorkerSpec } from "./engine.ts";
import type { ToPool, ToWorker } from "./wire.ts";

const entry = program("pool-thread");

/**
 * Workers that are threads, each the one thread of a Piscina of its own.
 *
 * Piscina makes the thread and carries the messages; which worker gets which task is decided above it, since a pool must
 * know whom it has told which function, and whose end harms whose task. Its switches are set against its traps:
 * `atomics: "disabled"`, as its fast wait would freeze timers between tasks; no idle timeout; no second thread.
 */
export const threadEngine: Engine = {
  startMethod: "thread",
  reach: "thread",
  launch: (spec, events) => new PiscinaWorker(spec, events),
};

let piscina: typeof Piscina | undefined;

function loadPiscina(): typeof Piscina {
  piscina ??= (
    process.getBuiltinModule("node:module").createRequire(import.meta.url)("piscina") as typeof import("piscina")
  ).Piscina;
  return piscina;
}

class PiscinaWorker implements EngineWorker {
  readonly pid = process.pid;
  readonly threadId: number;
  readonly exited: Promise<Exit>;
  readonly #lane: Piscina;
  readonly #thread: Worker;
  readonly #channel: PortChannel;
  readonly #events: WorkerEvents;
  readonly #lastWords: LastWords;
  #endedBy: NodeJS.Signals | undefined;
  #ended = false;

  constructor({ name, boot, transferList, resourceLimits }: WorkerSpec, events: WorkerEvents) {
    this.#events = events;
    shareWithThreads();
    this.#lane = new (loadPiscina())({
      filename: entry.href,
      name: "work",
      // With a minimum of none, a thread that has died is not replaced behind our back.
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: Number.MAX_SAFE_INTEGER,
      atomics: "disabled",
      recordTiming: false,
      ...(resourceLimits && { resourceLimits }),
    });
    // What it would tell here is learnt from the thread itself.
    this.#lane.on("error", () => {});
    const { MessageChannel } = process.getBuiltinModule("node:worker_threads");
    const { port1, port2 } = new MessageChannel();
    this.#channel = new PortChannel(port1);
    this.#channel.receive((message: ToPool) => events.received(message));
    this.#run({ type: "boot", boot, identity: workerIdentity(name), port: port2 }, [port2, ...transferList]);
    this.#thread = this.#lane.threads[0] as Worker;
    this.threadId = this.#thread.threadId;
    this.#lastWords = new LastWords(this.#thread.stderr);
    this.exited = this.#end();
  }

  get lastWords(): string {
    return this.#lastWords.text;
  }

  send(message: ToWorker, transferList: readonly TransferListItem[] = []): void {
    if (this.#ended) return;
    // A cancelled loop may only poll, and piscina's port cannot be polled.
    if ("type" in message && message.type === "cancel") this.#channel.send(message, transferList);
    else this.#run(message, transferList);
  }

  // A thread gets no signals; it ends as a process would that the signal ended, and is reported so.
  kill(signal: NodeJS.Signals): void {
    this.#endedBy ??= signal;
    this.#ended = true;
    void this.#lane.destroy();
  }

  #run(
    message: ToWorker & { port?: MessagePort; identity?: Identity },
    transferList: readonly TransferListItem[],
  ): void {
    const options = transferList.length === 0 ? undefined : { transferList: [...transferList] as never };
    this.#lane.run(message, options).then(
      (last: ToPool | null) => {
        if (last !== null) this.#events.received(last);
      },
      (error: unknown) => {
        // The program never rejects: either the thread has ended, which is told once, or piscina could not send.
        if (!this.#ended) this.#events.unsent(message, error);
      },
    );
  }

  #end(): Promise<Exit> {
    return new Promise((resolve) => {
      let error: unknown;
      this.#thread.once("error", (reason) => {
        this.#ended = true;
        error = reason;
      });
      this.#thread.once("exit", (code) => {
        this.#ended = true;
        this.#channel.drain();
        announceDeath(this.threadId);
        resolve(this.#endedBy === undefined ? { code: exitByte(code), error } : { code: -signalNumber(this.#endedBy) });
      });
    });
  }
}

function workerIdentity(name: string): Identity {
  const { threadId } = process.getBuiltinModule("node:worker_threads");
  const own = identity();
  return {
    name,
    lineage: nextLineage(),
    daemon: false,
    startMethod: "thread",
    authKey: own.authKey,
    parent: { pid: process.pid, threadId, name: own.name },
    mainModule: own.mainModule,
    logging: own.logging,
  };
}
