import type { ResourceLimits } from "node:worker_threads";
import { checkOptionKeys } from "../../base/options.ts";
import type { Target } from "../../callable/form/target.ts";
import { defaultStartMethod } from "../../process/parent/default-start-method.ts";
import {
  checkLimits,
  checkProgramOptions,
  type ProgramOptions,
  programKeys,
} from "../../process/parent/program-options.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import { checkCount, checkFunction, isCount } from "../call/check-argument.ts";
import type { Engine } from "../engine/engine.ts";
import { selectEngine } from "../engine/select-engine.ts";
import type { WorkerSetOptions } from "../schedule/worker-set-options.ts";
import { defaultWorkerCount } from "../wire/default-worker-count.ts";
import { workerSetup } from "./worker-options.ts";

/** The options of a pool. */
export interface PoolOptions<Args extends readonly unknown[] = readonly unknown[]> extends ProgramOptions {
  /**
   * The number of workers, ≥ 1. Default: one per processor, see `cpuCount()`; in a worker of a pool, that worker's
   * share of the processors; with an `engine` on other machines, as many as they offer at the time, at least 1.
   */
  readonly processes?: number;
  /**
   * The number of workers that are started at once and kept, ≥ 0 and ≤ `processes`. More are started when calls wait,
   * and end after `idleTimeoutMs`. Default: `processes`, or 0 if `idleTimeoutMs` is given.
   */
  readonly minProcesses?: number;
  /**
   * How long a worker may be idle before it is ended, in milliseconds, ≥ 0, if more than `minProcesses` are left.
   * Default: 10 000 if `minProcesses` is given, else no limit.
   */
  readonly idleTimeoutMs?: number;
  /** Runs in each worker before its first task, in replacement workers too. Default: none. */
  readonly initializer?: Target;
  /** The arguments of the initializer. Default: none. */
  readonly initArgs?: Readonly<Args>;
  /**
   * How many single calls, of `apply()` or `submit()`, may wait while all workers are busy, ≥ 0. A further call fails
   * at once with a {@link QueueFullError}. `"auto"` is the square of the number of workers, times
   * `concurrentTasksPerWorker`. The items of a `map` do not count. Default: no limit.
   */
  readonly maxQueue?: number | "auto";
  /**
   * Whether `stats()` has percentiles of how long tasks wait and run. This costs a fifth of a microsecond a task.
   * Default: false.
   */
  readonly recordTimes?: boolean;
  /**
   * How many tasks a worker runs at a time, ≥ 1: more than 1 for tasks that mostly wait for input or output. When a
   * worker crashes, all tasks that it runs fail. Default: 1.
   */
  readonly concurrentTasksPerWorker?: number;
  /** Replaces a worker after this number of tasks, ≥ 1; a chunk of a `map` is one task. Default: never. */
  readonly maxTasksPerChild?: number;
  /**
   * Replaces a worker that uses more than this number of bytes after a task. The resident memory of a process counts,
   * or the heap and buffers of a thread. Default: never.
   */
  readonly maxBytesPerChild?: number;
  /** Default: that of the class's context, or what `setStartMethod()` set, or `"thread"`. */
  readonly startMethod?: StartMethodName;
  /**
   * Starts the workers in place of a start method, such as `cluster()` of `@manyhands/cluster` on other machines.
   * Experimental. Default: none.
   */
  readonly engine?: Engine;
  /** Limits of the memory of each worker, in MB: see `ProcessOptions`. Default: none. */
  readonly resourceLimits?: ResourceLimits;
  /**
   * How long a cancelled task has to stop, in milliseconds, before its worker is killed. At `terminate()`, an idle
   * worker and one that listens for SIGTERM have as long to exit. `Infinity`: it is not killed. Default: 1000.
   */
  readonly graceMs?: number;
}

const poolKeys = [
  "processes",
  "minProcesses",
  "idleTimeoutMs",
  "initializer",
  "initArgs",
  "maxQueue",
  "recordTimes",
  "concurrentTasksPerWorker",
  "maxTasksPerChild",
  "maxBytesPerChild",
  "startMethod",
  "engine",
  "resourceLimits",
  "graceMs",
  ...programKeys,
] as const satisfies readonly (keyof PoolOptions)[];

/**
 * @param renamed options that `what` has under other names.
 * @param further options that only `what` has.
 * @throws {TypeError} or {RangeError} that names the option, its value and what to write.
 */
export function checkPoolOptions(
  what: string,
  options: PoolOptions,
  renamed: Record<string, string> = {},
  further: readonly string[] = [],
): void {
  const known = [...poolKeys.map((key) => renamed[key] ?? key), ...further];
  checkOptionKeys(what, options, known);
  const given = options as Record<string, unknown>;
  const named = (key: (typeof poolKeys)[number]) => renamed[key] ?? key;
  for (const key of ["processes", "concurrentTasksPerWorker", "maxTasksPerChild", "maxBytesPerChild"] as const) {
    checkCount(`make a ${what}`, named(key), given[named(key)]);
  }
  const { initializer, initArgs, graceMs, maxQueue } = options;
  checkProgramOptions(`make a ${what}`, options);
  checkLimits(`make a ${what}`, options.resourceLimits);
  if (initializer !== undefined) checkFunction(`make a ${what}`, "initializer", initializer);
  if (initArgs !== undefined && !Array.isArray(initArgs)) {
    throw new TypeError(`Cannot create a ${what}: initArgs is ${typeof initArgs}, write an array`);
  }
  if (graceMs !== undefined && !(typeof graceMs === "number" && graceMs >= 0)) {
    throw new RangeError(`Cannot create a ${what}: graceMs is ${String(graceMs)}, write milliseconds, ≥ 0`);
  }
  if (options.recordTimes !== undefined && typeof options.recordTimes !== "boolean") {
    throw new TypeError(`Cannot make a ${what}: recordTimes is ${String(options.recordTimes)}, write true or false`);
  }
  if (maxQueue !== undefined && maxQueue !== "auto" && !(isCount(maxQueue) || maxQueue === 0)) {
    const given = typeof maxQueue === "string" ? JSON.stringify(maxQueue) : String(maxQueue);
    throw new RangeError(`Cannot make a ${what}: maxQueue is ${given}, write a whole number ≥ 0, or "auto"`);
  }
  if (options.startMethod !== undefined) startMethod(options.startMethod);
  if (options.engine !== undefined) checkEngine(what, options);
  const most = given[named("processes")] ?? (offersCapacity(options) ? Number.POSITIVE_INFINITY : undefined);
  checkSizes(what, most, given[named("minProcesses")], options.idleTimeoutMs, named);
}

function checkEngine(what: string, { engine, startMethod }: PoolOptions): void {
  if (typeof engine?.launch !== "function") {
    throw new TypeError(`Cannot make a ${what}: engine is ${String(engine)}, write what cluster(url) returns`);
  }
  if (startMethod !== undefined) {
    throw new TypeError(`Cannot make a ${what}: it has an engine and a startMethod, write one of them`);
  }
}

/** Whether the number of workers, if the options do not give it, is what the engine offers. */
function offersCapacity({ engine }: PoolOptions): boolean {
  return engine?.onCapacity !== undefined;
}

function checkSizes(
  what: string,
  most: unknown,
  least: unknown,
  idleMs: unknown,
  named: (key: "processes" | "minProcesses") => string,
): void {
  const refuse = (why: string): never => {
    throw new RangeError(`Cannot make a ${what}: ${why}`);
  };
  const leastName = named("minProcesses");
  const mostName = named("processes");
  if (least !== undefined && least !== 0 && !isCount(least)) {
    refuse(`${leastName} is ${String(least)}, write a whole number ≥ 0`);
  }
  if (idleMs !== undefined && !(typeof idleMs === "number" && idleMs >= 0)) {
    refuse(`idleTimeoutMs is ${String(idleMs)}, write milliseconds, ≥ 0`);
  }
  if (typeof least !== "number") return;
  const size = typeof most === "number" ? most : defaultWorkerCount();
  const given = most === undefined ? `${mostName} is ${size} by default` : `${mostName} is ${size}`;
  if (least > size) refuse(`${leastName} is ${least} and ${given}, write a ${leastName} ≤ ${mostName}`);
  if (least === size && idleMs !== undefined) {
    refuse(
      `idleTimeoutMs ends no worker, since ${leastName} and ${mostName} are ${size}; write a smaller ${leastName}`,
    );
  }
}

/** How long a worker beyond `minProcesses` may be idle, in milliseconds. */
const defaultIdleMs = 10_000;

/**
 * The options of a worker set that pools and executors have in common.
 *
 * @param contextMethod the start method of the class's context; `null` for none.
 * @param startsAll whether all workers are started at once and kept, if the options do not say otherwise.
 */
export function workerSetOptions(
  options: PoolOptions,
  contextMethod: StartMethodName | null,
  startsAll: boolean,
): Omit<WorkerSetOptions, "name" | "workerName" | "isStrictlyOrdered" | "breaksOnCrash"> {
  const { minProcesses, idleTimeoutMs } = options;
  const followsCapacity = options.processes === undefined && offersCapacity(options);
  const most = options.processes ?? (followsCapacity ? Math.max(1, minProcesses ?? 0) : defaultWorkerCount());
  const keepsAll = startsAll && minProcesses === undefined && idleTimeoutMs === undefined;
  const engine = options.engine ?? selectEngine(options.startMethod ?? contextMethod ?? defaultStartMethod());
  const { maxQueue = Number.POSITIVE_INFINITY, concurrentTasksPerWorker: concurrentTasks = 1 } = options;
  return {
    engine,
    most,
    least: minProcesses ?? (keepsAll ? most : 0),
    isFixed: keepsAll || (minProcesses === most && !followsCapacity),
    followsCapacity,
    idleMs: idleTimeoutMs ?? (minProcesses === undefined ? Number.POSITIVE_INFINITY : defaultIdleMs),
    maxQueue,
    recordsTimes: options.recordTimes === true,
    concurrentTasks,
    initializer: options.initializer,
    initArgs: options.initArgs ?? [],
    maxTasksPerWorker: options.maxTasksPerChild ?? Number.POSITIVE_INFINITY,
    maxBytesPerWorker: options.maxBytesPerChild ?? Number.POSITIVE_INFINITY,
    graceMs: options.graceMs ?? 1000,
    ...workerSetup(options, engine),
    resourceLimits: options.resourceLimits,
    // A pool that is made inside a worker gets the worker's share of the processors. An engine offers processors.
    defaultWorkerCount: followsCapacity ? 1 : Math.max(1, Math.floor(defaultWorkerCount() / most)),
  };
}

/**
 * Refuses arguments after the first one, such as `new Pool(4, { initializer })`: the options would have no effect.
 *
 * @param count the option that a number in place of the options stands for.
 */
export function refuseMore(what: string, count: string, more: readonly unknown[]): void {
  if (more.length === 0) return;
  throw new TypeError(
    `Cannot make a ${what} of ${more.length + 1} arguments: it takes one; write all options in one object: new ${what}({ ${count}: 4, initializer })`,
  );
}
