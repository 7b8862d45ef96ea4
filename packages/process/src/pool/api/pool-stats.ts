import type { EngineName } from "../engine/engine.ts";
import type { PoolWorker } from "../schedule/pool-worker.ts";
import type { TimeStats } from "../schedule/task-times.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";

/** The state of a worker of a pool at this moment. */
export interface WorkerStats {
  readonly name: string;
  /**
   * `null` while it is not known: until the fork server has answered, which may boot or import modules, or until a
   * machine has taken the worker; and when it could not be started.
   */
  readonly pid: number | null;
  /** The name of its machine; `null` for this machine, and while it is not known. */
  readonly host: string | null;
  /** 0 for a worker with its own process. */
  readonly threadId: number;
  readonly state: "booting" | "idle" | "busy" | "ending";
  /** How many tasks the worker has answered. */
  readonly tasks: number;
  /** Which share of the time since its start it ran tasks: 0…1, more when it runs several at a time. */
  readonly utilization: number;
}

/** The state and the totals of a pool. A task is a call or a chunk. */
export interface PoolStats {
  readonly name: string;
  /** `"cluster"` for workers on other machines. */
  readonly startMethod: EngineName;
  readonly state: "open" | "closing" | "terminated" | "broken";
  /** The greatest number of workers. */
  readonly size: number;
  /** The number of workers that it keeps when there are no tasks. */
  readonly minSize: number;
  readonly workers: readonly WorkerStats[];
  /** Tasks that wait for a worker; for a `map`, its items. */
  readonly queued: number;
  /** Tasks that a worker has. */
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly retried: number;
  /** Workers that crashed or exited without being asked to. */
  readonly died: number;
  /** Workers that were replaced because of their number of tasks or their memory. */
  readonly recycled: number;
  /** The sum of the times that tasks waited for a worker, in milliseconds. */
  readonly waitedMs: number;
  /** The sum of the times that tasks ran, in milliseconds. */
  readonly ranMs: number;
  /** Which share of their time the present workers ran tasks: the mean of theirs, 0 without workers. */
  readonly utilization: number;
  /** How long tasks waited for a worker; `null` unless the pool has `recordTimes`. */
  readonly waitTimes: TimeStats | null;
  /** How long tasks ran; `null` unless the pool has `recordTimes`. */
  readonly runTimes: TimeStats | null;
}

/** The figures of a worker set. */
export function poolStats(workerSet: WorkerSet): PoolStats {
  const { name, engine } = workerSet.options;
  return {
    name,
    startMethod: engine.startMethod,
    state: workerSet.state,
    size: workerSet.most,
    minSize: workerSet.least,
    workers: [...workerSet.workers].map((worker) => ({
      name: worker.name,
      pid: worker.engineWorker.pid || null,
      host: worker.engineWorker.host ?? null,
      threadId: worker.engineWorker.threadId,
      state: worker.state === "booting" || worker.state === "ending" ? worker.state : worker.isIdle ? "idle" : "busy",
      tasks: worker.answeredTasks,
      utilization: utilizationOf(worker),
    })),
    queued: workerSet.queued,
    running: workerSet.running,
    ...workerSet.counts,
    utilization: mean([...workerSet.workers].map(utilizationOf)),
    waitTimes: workerSet.times?.waiting.read() ?? null,
    runTimes: workerSet.times?.running.read() ?? null,
  };
}

function utilizationOf({ ranMs, ageMs }: PoolWorker): number {
  return ageMs === 0 ? 0 : ranMs / ageMs;
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** One line about a worker set, for `toString()`. */
export function poolSummary(workerSet: WorkerSet): string {
  const { name, engine } = workerSet.options;
  const isClosed = workerSet.state === "closing" && workerSet.workers.size === 0;
  const state =
    workerSet.state === "open" ? `${workerSet.queued} queued, ${workerSet.running} running` : workerSet.state;
  return `${name}, ${workerSet.most} by ${engine.startMethod}, ${isClosed ? "closed" : state}`;
}
