import type { ResourceLimits, TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { Exit, StartMethodName } from "../../start/start-method.ts";
import type { ToPool, ToWorker, WorkerBoot } from "../wire/pool-message.ts";

/** What a worker is made from. */
export interface WorkerSpec {
  readonly name: string;
  readonly boot: WorkerBoot;
  readonly transferList: readonly TransferListItem[];
  readonly resourceLimits: ResourceLimits | undefined;
}

/** A worker that was born: a mailbox, and an end that is told once. It does not keep the program alive. */
export interface EngineWorker {
  /** The operating system's id of the process that it runs in. */
  readonly pid: number;
  /** Its thread's id as `worker_threads` counts; 0 when it has a process of its own. */
  readonly threadId: number;
  /** How many messages of tasks it has begun on; true of one that was killed, too. What it never began on, it cannot have died of. */
  readonly begun: number;
  /** The last lines that it wrote to its stderr. */
  readonly lastWords: string;
  /** Settles once, when it has ended and all that it sent was delivered. Never rejects. */
  readonly exited: Promise<Exit>;
  /** @throws what cloning throws; nothing was sent then. */
  send(message: ToWorker, transferList?: readonly TransferListItem[]): void;
  /** Ends it without asking. */
  kill(signal: NodeJS.Signals): void;
}

/** One way to make workers: the whole seam between a pool and what it runs on. */
export interface Engine {
  readonly startMethod: StartMethodName;
  /** How far what is sent to its workers goes. */
  readonly reach: Reach;
  /**
   * Makes a worker, and sends it what it boots with.
   *
   * @throws what starting it, or cloning that, throws; no worker is left then.
   */
  launch(spec: WorkerSpec, received: (message: ToPool) => void): EngineWorker;
}
