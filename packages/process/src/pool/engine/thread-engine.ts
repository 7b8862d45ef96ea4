import type { TransferListItem, Worker } from "node:worker_threads";
import type { Piscina } from "piscina";
import { type ObservedChild, observer } from "../../base/observer.ts";
import { PortChannel } from "../../channel/port-channel.ts";
import { announceExit } from "../../memory/announce-exit.ts";
import { publishThreadTable } from "../../memory/thread-table.ts";
import type { Identity } from "../../process/info/identity.ts";
import { directionsOf } from "../../process/info/observe.ts";
import { identity, nextLineage } from "../../process/info/process-identity.ts";
import { refuseWhileImporting } from "../../process/parent/launch.ts";
import { threadExit } from "../../start/child/exit-code.ts";
import { explainRefusal } from "../../start/method/thread-method.ts";
import type { Exit } from "../../start/start-method.ts";
import { StderrTail } from "../../start/stdio/stderr-tail.ts";
import type { MessageToPool, MessageToWorker } from "../wire/pool-message.ts";
import type { ThreadStart } from "../wire/thread-start.ts";
import type { Engine, EngineWorker, WorkerSpec } from "./engine.ts";
import { startPiscinaThread } from "./piscina-thread.ts";

/**
 * The engine whose workers are threads, each the only thread of a Piscina of its own.
 *
 * Piscina starts the thread, loads the program in it and ends it. Messages use a MessagePort of our own. The port is
 * faster than piscina's calls, a task that blocks its event loop can poll it, and a message that cannot be cloned
 * does not end the thread. The pool decides which worker gets which task, because it must know which functions a
 * worker has and which task a crash interrupts. Piscina's options avoid its traps: `atomics: "disabled"`, because its
 * fast wait freezes timers between tasks; no idle timeout; no second thread.
 */
export const threadEngine: Engine = {
  startMethod: "thread",
  reach: "thread",
  launch: (spec, onMessage) => new ThreadWorker(spec, onMessage),
};

class ThreadWorker implements EngineWorker {
  readonly pid = process.pid;
  readonly threadId: number;
  readonly exited: Promise<Exit>;
  readonly #piscina: Piscina;
  readonly #thread: Worker;
  readonly #channel: PortChannel;
  readonly #stderrTail: StderrTail;
  readonly #startedRuns = new Int32Array(new SharedArrayBuffer(4));
  #endedBy: NodeJS.Signals | undefined;

  constructor(
    { name, boot, transferList, resourceLimits, program }: WorkerSpec,
    onMessage: (message: MessageToPool) => void,
  ) {
    refuseWhileImporting(name);
    publishThreadTable();
    const { MessageChannel } = process.getBuiltinModule("node:worker_threads");
    const { port1, port2 } = new MessageChannel();
    this.#channel = new PortChannel(port1);
    const identity = workerIdentity(name);
    if (observer !== undefined) this.#channel.directions = directionsOf(identity.lineage, "parent");
    this.#channel.receive(onMessage);
    try {
      // Sent before the thread starts, so that a boot message that cannot be cloned starts no thread.
      this.send({ type: "boot", boot }, transferList);
    } catch (error) {
      this.#channel.close();
      throw error;
    }
    const start: ThreadStart = { identity, port: port2, startedRuns: this.#startedRuns };
    try {
      this.#piscina = startPiscinaThread(start, resourceLimits, program);
    } catch (error) {
      this.#channel.close();
      throw explainRefusal(error, { name, execArgv: program.execArgv });
    }
    this.#thread = this.#piscina.threads[0] as Worker;
    this.threadId = this.#thread.threadId;
    this.#stderrTail = new StderrTail(this.#thread.stderr);
    this.exited = this.#whenExited();
    observer?.child("started", identity as ObservedChild);
    if (observer !== undefined)
      void this.exited.then(({ code }) => {
        const place = { pid: process.pid, threadId: this.threadId };
        observer?.child("exited", { ...(identity as ObservedChild), exitCode: code, ...place });
        observer?.child("reaped", identity as ObservedChild);
      });
  }

  get startedRuns(): number {
    return Atomics.load(this.#startedRuns, 0);
  }

  get stderrTail(): string {
    return this.#stderrTail.text;
  }

  send(message: MessageToWorker, transferList?: readonly TransferListItem[]): void {
    this.#channel.send(message, transferList);
  }

  // A thread gets no signals. The exit code is reported as if the signal had ended a process.
  kill(signal: NodeJS.Signals): void {
    this.#endedBy ??= signal;
    void this.#piscina.destroy();
  }

  #whenExited(): Promise<Exit> {
    return new Promise((resolve) => {
      let error: unknown;
      this.#thread.once("error", (reason) => {
        error = reason;
      });
      this.#thread.once("exit", (code) => {
        this.#channel.drain();
        announceExit(this.threadId, code === 0);
        resolve(threadExit(code, error, this.#endedBy));
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
    servesParent: true,
    startMethod: "thread",
    authKey: own.authKey,
    parent: { pid: process.pid, threadId, name: own.name },
    mainModule: own.mainModule,
    logging: own.logging,
    observed: own.observed,
  };
}
