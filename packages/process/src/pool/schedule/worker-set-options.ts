import type { ResourceLimits } from "node:worker_threads";
import type { Target } from "../../callable/form/target.ts";
import type { Engine } from "../engine/engine.ts";
import type { WorkerProgram } from "../engine/worker-program.ts";

/** The options of a worker set. They were checked by the pool or executor. */
export interface WorkerSetOptions {
  /** The name of the pool or executor in messages: `Pool-1`. */
  readonly name: string;
  readonly engine: Engine;
  /** The greatest number of workers. */
  readonly most: number;
  /** The number of workers that are started at once, and kept. More are started when tasks are queued. */
  readonly least: number;
  /** Whether it keeps as many workers as it may have, also when that number changes. */
  readonly isFixed: boolean;
  /** Whether it may have as many workers as its engine offers. */
  readonly followsCapacity: boolean;
  /** How long a worker may be idle before it is ended, if there are more than `least`; `Infinity` for no limit. */
  readonly idleMs: number;
  /** Names the n-th worker, counted from 0. */
  readonly workerName: (n: number) => string;
  readonly initializer: Target | undefined;
  readonly initArgs: readonly unknown[];
  /** How many single calls may wait for a worker; `Infinity` for no limit. */
  readonly maxQueue: number | "auto";
  /** Whether histograms of the tasks' times are kept. */
  readonly recordsTimes: boolean;
  /** How many tasks a worker runs at a time. */
  readonly concurrentTasks: number;
  /** The number of tasks after which a worker is replaced; `Infinity` for never. */
  readonly maxTasksPerWorker: number;
  /** The memory, in bytes, beyond which a worker is replaced; `Infinity` for never. */
  readonly maxBytesPerWorker: number;
  /** The time, in milliseconds, that a worker has to stop by itself before it is killed. */
  readonly graceMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
  /** How the workers' programs are started. */
  readonly program: WorkerProgram;
  /** The working directory of the workers; `null` for the parent's. */
  readonly cwd: string | null;
  /** The scheduling priority of the workers' processes; `null` for the parent's. */
  readonly nice: number | null;
  /** Whether tasks start in the order in which they were queued, across all calls. */
  readonly isStrictlyOrdered: boolean;
  /** Whether the crash of one worker breaks the whole set. */
  readonly breaksOnCrash: boolean;
  /** The default number of workers of a pool that is made inside a worker. */
  readonly defaultWorkerCount: number;
}
