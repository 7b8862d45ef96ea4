import { setTimeout as sleep } from "node:timers/promises";
import {
  deserialize,
  type Engine,
  type EngineWorker,
  type Exit,
  type MessageToPool,
  type MessageToWorker,
  selectEngine,
  serialize,
  type WorkerSpec,
} from "@manyhands/process/engine";

/**
 * An engine that behaves like one whose workers are on other machines, with processes of this one: messages are bytes
 * that take their time, a worker is taken late, and contact with it can be lost.
 */
export class RemoteEngine implements Engine {
  readonly startMethod = "cluster";
  readonly reach = "machine";
  readonly workers: RemoteWorker[] = [];
  /** How long each message takes, in milliseconds. */
  readonly delayMs: number;
  /** Whether a machine takes a worker as soon as it is launched. */
  readonly takesAtOnce: boolean;

  constructor({ delayMs = 0, takesAtOnce = true } = {}) {
    this.delayMs = delayMs;
    this.takesAtOnce = takesAtOnce;
  }

  get roundTripMs(): number {
    return 2 * this.delayMs;
  }

  launch(spec: WorkerSpec, onMessage: (message: MessageToPool) => void): EngineWorker {
    const worker = new RemoteWorker(spec, onMessage, this.delayMs);
    this.workers.push(worker);
    if (this.takesAtOnce) worker.take();
    return worker;
  }
}

/** A worker whose process can be cut off from its pool. */
export class RemoteWorker implements EngineWorker {
  readonly threadId = 0;
  readonly exited: Promise<Exit>;
  readonly #spec: WorkerSpec;
  readonly #onMessage: (message: MessageToPool) => void;
  readonly #delayMs: number;
  readonly #early: MessageToWorker[] = [];
  #exit!: (exit: Exit) => void;
  #child: EngineWorker | undefined;
  host: string | null = null;
  startedRuns = 0;
  isLost = false;

  constructor(spec: WorkerSpec, onMessage: (message: MessageToPool) => void, delayMs: number) {
    this.#spec = spec;
    this.#onMessage = onMessage;
    this.#delayMs = delayMs;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get stderrTail(): string {
    return this.#child?.stderrTail ?? "";
  }

  /** A machine takes the worker. */
  take(host = "elsewhere"): void {
    const boot = deserialize(serialize(this.#spec.boot)) as WorkerSpec["boot"];
    const child = selectEngine("spawn").launch({ ...this.#spec, boot, transferList: [] }, (message) => {
      const bytes = serialize(message);
      void this.#later(() => this.#onMessage(deserialize(bytes) as MessageToPool));
    });
    this.#child = child;
    this.host = host;
    for (const message of this.#early.splice(0)) this.#forward(child, message);
    void child.exited.then(async (exit) => {
      await sleep(this.#delayMs);
      this.#exit(exit);
    });
  }

  /** Loses contact: nothing that the worker does later arrives. */
  lose(): void {
    this.isLost = true;
    this.#exit({ code: 1, error: new Error("its machine was lost") });
    this.#child?.kill("SIGKILL");
  }

  send(message: MessageToWorker): void {
    const copy = deserialize(serialize(message)) as MessageToWorker;
    if (this.#child === undefined) this.#early.push(copy);
    else this.#forward(this.#child, copy);
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#child === undefined) this.#exit({ code: -15, error: undefined });
    else this.#child.kill(signal);
  }

  #forward(child: EngineWorker, message: MessageToWorker): void {
    if (!("type" in message) || message.type === "run") this.startedRuns += 1;
    void this.#later(() => child.send(message));
  }

  async #later(action: () => void): Promise<void> {
    if (this.#delayMs > 0) await sleep(this.#delayMs);
    if (!this.isLost) action();
  }
}
