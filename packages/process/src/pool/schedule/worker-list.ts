import type { TransferListItem } from "node:worker_threads";
import { after } from "../../base/deadline.ts";
import { packTarget } from "../../callable/pack/pack-target.ts";
import { packValue } from "../../callable/pack/pack-value.ts";
import { getLogger } from "../../process/info/logger.ts";
import type { Exit } from "../../start/start-method.ts";
import type { MessageToPool } from "../wire/pool-message.ts";
import { type PoolWorkerEvent, publishWorkerEvent } from "./pool-events.ts";
import { PoolWorker } from "./pool-worker.ts";
import type { WorkerSetOptions } from "./worker-set-options.ts";

/** The events that a worker list reports to its worker set. */
export interface WorkerListEvents {
  received(worker: PoolWorker, message: MessageToPool): void;
  exited(worker: PoolWorker, exit: Exit): void;
}

/** How long a worker may take to exit when it is asked to, in milliseconds; after that it is killed. */
const leaveMs = 5000;

/** The workers of a worker set: starts them, asks them to exit, kills them. */
export class WorkerList {
  readonly #options: WorkerSetOptions;
  readonly #events: WorkerListEvents;
  readonly #workers = new Set<PoolWorker>();
  #started = 0;
  #nextName: string | undefined;

  constructor(options: WorkerSetOptions, events: WorkerListEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** All workers that have not exited. */
  get workers(): ReadonlySet<PoolWorker> {
    return this.#workers;
  }

  /** Starts another worker. @throws the error of packing its boot message or of starting it; then no worker is left. */
  start(): void {
    const {
      engine,
      initializer,
      initArgs,
      defaultWorkerCount,
      workerName,
      maxTasksPerWorker,
      maxBytesPerWorker,
      concurrentTasks,
      resourceLimits,
      program,
      cwd,
      nice,
    } = this.#options;
    // If this attempt throws, the next one uses the same name.
    this.#nextName ??= workerName(this.#started);
    const name = this.#nextName;
    const transferList: TransferListItem[] = [];
    const boot = {
      initializer: initializer === undefined ? null : packTarget(initializer, { reach: engine.reach, transferList }),
      initArgs: packValue(initArgs, "initArgs", engine.reach, transferList),
      defaultWorkerCount,
      cwd,
      nice,
      concurrentTasks,
      reach: engine.reach,
      reportMemory: maxBytesPerWorker !== Number.POSITIVE_INFINITY,
    };
    const spec = { name, pool: this.#options.name, boot, transferList, resourceLimits, program };
    const engineWorker = engine.launch(spec, (message) => this.#events.received(worker, message));
    this.#nextName = undefined;
    this.#started += 1;
    const worker = new PoolWorker(name, engineWorker, engine, maxTasksPerWorker, concurrentTasks);
    this.#workers.add(worker);
    this.publish("started", worker);
    void engineWorker.exited.then((exit) => {
      worker.clearTimers();
      this.#workers.delete(worker);
      this.publish("ended", worker, { reason: worker.endReason ?? "died", exitCode: exit.code });
      this.#events.exited(worker, exit);
    });
  }

  /**
   * Asks an idle worker to exit.
   *
   * @param reason why, for the worker's event; an earlier reason is kept.
   * @param limitMs how long it may take before it is killed, in milliseconds.
   */
  requestExit(worker: PoolWorker, reason: string, limitMs = Math.max(leaveMs, this.#options.graceMs)): void {
    worker.clearTimers();
    worker.state = "ending";
    worker.endReason ??= reason;
    worker.engineWorker.send({ type: "leave" });
    worker.graceTimer = after(limitMs, () => this.kill(worker, reason))?.unref();
  }

  /** Ends a worker of a closed set that has no tasks: kills it while it boots, else asks it to exit. */
  close(worker: PoolWorker): void {
    if (worker.state === "ending") return;
    if (worker.state === "booting") this.kill(worker, "closed");
    else this.requestExit(worker, "closed");
  }

  /** Kills a worker. @param reason why, for the worker's event; an earlier reason is kept. */
  kill(worker: PoolWorker, reason: string, signal: NodeJS.Signals = "SIGTERM"): void {
    worker.clearTimers();
    worker.state = "ending";
    worker.endReason ??= reason;
    worker.engineWorker.kill(signal);
    // A process may have a SIGTERM listener and go on.
    if (signal === "SIGKILL") return;
    worker.graceTimer = after(this.#options.graceMs, () => worker.engineWorker.kill("SIGKILL"))?.unref();
  }

  /** Publishes a state change of a worker. */
  publish(edge: PoolWorkerEvent["edge"], worker: PoolWorker, more: { reason?: string; exitCode?: number } = {}): void {
    const { name, engineWorker } = worker;
    const { pid, threadId, host = null } = engineWorker;
    getLogger().debug("%s: %s %s%s", this.#options.name, name, edge, host === null ? "" : ` on ${host}`);
    publishWorkerEvent(() => ({ edge, pool: this.#options.name, worker: name, pid, threadId, host, ...more }));
  }
}
