import type { ResourceLimits, TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { Exit, StartMethodName } from "../../start/start-method.ts";
import type { MessageToPool, MessageToWorker, WorkerBoot } from "../wire/pool-message.ts";
import type { WorkerProgram } from "./worker-program.ts";

/** The options of a worker. */
export interface WorkerSpec {
  readonly name: string;
  readonly boot: WorkerBoot;
  readonly transferList: readonly TransferListItem[];
  readonly resourceLimits: ResourceLimits | undefined;
  readonly program: WorkerProgram;
}

/** A started worker: it takes messages, and reports its exit once. It does not keep the program alive. */
export interface EngineWorker {
  /** The process id of the process that runs the worker; 0 while it is not known. */
  readonly pid: number;
  /** The thread id of `worker_threads`; 0 for a worker with its own process. */
  readonly threadId: number;
  /**
   * How many run messages the worker has started on. It is exact even after SIGKILL. A task in a message that the
   * worker did not start on cannot have crashed it.
   */
  readonly startedRuns: number;
  /** The last lines that the worker wrote to its stderr. */
  readonly stderrTail: string;
  /** Settles once, when the worker has exited and all its messages were delivered. Never rejects. */
  readonly exited: Promise<Exit>;
  /** @throws the error of cloning the message; then nothing was sent. */
  send(message: MessageToWorker, transferList?: readonly TransferListItem[]): void;
  /** Ends the worker without its cooperation. */
  kill(signal: NodeJS.Signals): void;
}

/** One way to start workers: all that a pool needs of threads or processes. */
export interface Engine {
  readonly startMethod: StartMethodName;
  /** How far a shareable must reach to be sent to its workers. */
  readonly reach: Reach;
  /**
   * Starts a worker and sends it its boot message.
   *
   * @throws the error of starting the worker or of cloning the message; then no worker is left.
   */
  launch(spec: WorkerSpec, onMessage: (message: MessageToPool) => void): EngineWorker;
}
