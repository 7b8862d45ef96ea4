import type { TransferListItem, Worker } from "node:worker_threads";
import type { Piscina } from "piscina";
import { PortChannel } from "../../channel/port-channel.ts";
import { announceDeath, shareWithThreads } from "../../memory/announce-exit.ts";
import { type Identity, identity, nextLineage } from "../../process/info/process-identity.ts";
import { exitByte, signalNumber } from "../../start/child/exit-code.ts";
import type { Exit } from "../../start/start-method.ts";
import { LastWords } from "../../start/stdio/stderr-tail.ts";
import type { ToPool, ToWorker } from "../wire/pool-message.ts";
import { laneFor, type ThreadBirth } from "../wire/thread-lane.ts";
import type { Engine, EngineWorker, WorkerSpec } from "./engine.ts";

/**
 * Workers that are threads, each the one thread of a Piscina of its own.
 *
 * Piscina makes the thread, loads the program there and ends it. Messages go over a port of ours, which is faster than
 * piscina's calls, can be polled by a task that never goes back to the event loop, and refuses what cannot be cloned without
 * ending anybody; which worker gets which task is decided above, since a pool must know whom it has told which function, and
 * whose end harms whose task. Piscina's switches are set against its traps: `atomics: "disabled"`, as its fast wait would
 * freeze timers between tasks; no idle timeout; no second thread.
 */
export const threadEngine: Engine = {
  startMethod: "thread",
  reach: "thread",
  launch: (spec, received) => new PiscinaWorker(spec, received),
};

class PiscinaWorker implements EngineWorker {
  readonly pid = process.pid;
  readonly threadId: number;
  readonly exited: Promise<Exit>;
  readonly #lane: Piscina;
  readonly #thread: Worker;
  readonly #channel: PortChannel;
  readonly #lastWords: LastWords;
  readonly #begun = new Int32Array(new SharedArrayBuffer(4));
  #endedBy: NodeJS.Signals | undefined;

  constructor({ name, boot, transferList, resourceLimits }: WorkerSpec, received: (message: ToPool) => void) {
    shareWithThreads();
    const { MessageChannel } = process.getBuiltinModule("node:worker_threads");
    const { port1, port2 } = new MessageChannel();
    this.#channel = new PortChannel(port1);
    this.#channel.receive(received);
    try {
      // What cannot be cloned is refused before there is a thread.
      this.send({ type: "boot", boot }, transferList);
    } catch (error) {
      this.#channel.close();
      throw error;
    }
    const birth: ThreadBirth = { identity: workerIdentity(name), port: port2, begun: this.#begun };
    this.#lane = laneFor(birth, resourceLimits);
    this.#thread = this.#lane.threads[0] as Worker;
    this.threadId = this.#thread.threadId;
    this.#lastWords = new LastWords(this.#thread.stderr);
    this.exited = this.#end();
  }

  get begun(): number {
    return Atomics.load(this.#begun, 0);
  }

  get lastWords(): string {
    return this.#lastWords.text;
  }

  send(message: ToWorker, transferList?: readonly TransferListItem[]): void {
    this.#channel.send(message, transferList);
  }

  // A thread gets no signals; it ends as a process would that the signal ended, and is reported so.
  kill(signal: NodeJS.Signals): void {
    this.#endedBy ??= signal;
    void this.#lane.destroy();
  }

  #end(): Promise<Exit> {
    return new Promise((resolve) => {
      let error: unknown;
      this.#thread.once("error", (reason) => {
        error = reason;
      });
      this.#thread.once("exit", (code) => {
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
