import type { ResourceLimits, TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { Exit, StartMethodName } from "../../start/start-method.ts";
import type { MessageToPool, MessageToWorker, WorkerBoot } from "../wire/pool-message.ts";
import type { WorkerProgram } from "./worker-program.ts";

/** How workers are started: by a start method, or on the machines of a cluster. */
export type EngineName = StartMethodName | "cluster";

/** The options of a worker. */
export interface WorkerSpec {
  readonly name: string;
  /** The name of its pool. */
  readonly pool: string;
  readonly boot: WorkerBoot;
  readonly transferList: readonly TransferListItem[];
  readonly resourceLimits: ResourceLimits | undefined;
  readonly program: WorkerProgram;
}

/** A started worker: it takes messages, and reports its exit once. It does not keep the program alive. */
export interface EngineWorker {
  /** The process id of the process that runs the worker; 0 while it is not known. */
  readonly pid: number;
  /** The name of the worker's machine; `null` for this machine, and while it is not known. Default: `null`. */
  readonly host?: string | null;
  /** The thread id of `worker_threads`; 0 for a worker with its own process. */
  readonly threadId: number;
  /**
   * How many run messages the worker has started on. It is exact even after SIGKILL. A task in a message that the
   * worker did not start on cannot have crashed it.
   */
  readonly startedRuns: number;
  /**
   * Whether contact with the worker was lost, so that answers may be missing. Then it may have run every task of the
   * messages that {@link startedRuns} counts, and its exit says nothing about the program. Default: false.
   */
  readonly isLost?: boolean;
  /** The last lines that the worker wrote to its stderr. */
  readonly stderrTail: string;
  /** Settles once, when the worker has exited and all its messages were delivered. Never rejects. */
  readonly exited: Promise<Exit>;
  /** @throws the error of cloning the message; then nothing was sent. */
  send(message: MessageToWorker, transferList?: readonly TransferListItem[]): void;
  /** Ends the worker without its cooperation. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * One way to start workers: all that a pool needs of threads, processes or other machines.
 *
 * Experimental: a minor version may change it.
 */
export interface Engine {
  /** Its name in `stats()` and messages. */
  readonly startMethod: EngineName;
  /** How far a shareable must reach to be sent to its workers. */
  readonly reach: Reach;
  /**
   * How long a message and its answer take, in milliseconds, beside the task itself. A pool sends as much work ahead as
   * covers it. The engine may measure it, so that it changes. Default: 0.
   */
  readonly roundTripMs?: number;
  /**
   * Calls a listener with how many workers its machines offer, as soon as this is known and at each change. A pool
   * whose options give no number of workers has as many. Default: such a pool has one per processor of this machine.
   *
   * @returns a function that removes the listener.
   */
  onCapacity?(listener: (workers: number) => void): () => void;
  /**
   * Starts a worker and sends it its boot message.
   *
   * @throws the error of starting the worker or of cloning the message; then no worker is left.
   */
  launch(spec: WorkerSpec, onMessage: (message: MessageToPool) => void): EngineWorker;
}
