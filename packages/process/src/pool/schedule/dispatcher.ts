import type { PoolWorker } from "./pool-worker.ts";
import { refuseItems } from "./refused-items.ts";
import { Speculation } from "./speculation.ts";
import type { Task } from "./task.ts";
import { TaskQueue } from "./task-queue.ts";
import type { TaskRecorder } from "./task-recorder.ts";
import type { TaskSource } from "./task-source.ts";
import { TaskSources } from "./task-sources.ts";
import type { WorkerList } from "./worker-list.ts";
import type { WorkerSetOptions } from "./worker-set-options.ts";
import type { WorkerSetState } from "./worker-set-state.ts";

/** How long to retry starting a worker after a temporary error, in milliseconds. */
const startRetryLimitMs = 5000;
/** The delay before another attempt, in milliseconds. */
const startRetryDelayMs = 5;

/** The events that a dispatcher reports to its worker set. */
export interface DispatcherEvents {
  /** A task was sent to a worker. */
  started(task: Task, worker: PoolWorker): void;
  /** A task was run twice, and this run of it was not answered first. */
  overtaken(task: Task): void;
  /** A worker could not be started. */
  startFailed(error: unknown): void;
}

/**
 * The scheduling policy of a worker set: which worker gets which task, and when workers are started.
 *
 * A free worker gets the next task in the order of queueing; the queue of single calls and each running `map` take
 * turns. Some short tasks are sent ahead, so that a worker does not wait for a message. A task that may have to be
 * killed shares its worker with no other task, unless workers run several tasks at a time.
 */
export class Dispatcher {
  readonly #options: WorkerSetOptions;
  readonly #state: WorkerSetState;
  readonly #workerList: WorkerList;
  readonly #recorder: TaskRecorder;
  readonly #events: DispatcherEvents;
  /** The queue of single calls. */
  readonly #calls: TaskQueue;
  readonly #sources: TaskSources;
  readonly #speculation: Speculation;
  #isScheduled = false;
  /** Makes the error of the tasks that are added after the set has ended; `undefined` while it runs. */
  #endedBy: (() => unknown) | undefined;
  #startFailingSince: number | undefined;

  constructor(
    options: WorkerSetOptions,
    state: WorkerSetState,
    workerList: WorkerList,
    recorder: TaskRecorder,
    events: DispatcherEvents,
  ) {
    this.#options = options;
    this.#state = state;
    this.#workerList = workerList;
    this.#recorder = recorder;
    this.#events = events;
    this.#calls = new TaskQueue((task, error) => recorder.settle(task, { error }, null));
    this.#sources = new TaskSources(this.#calls, () => state.most, options.isStrictlyOrdered);
    this.#speculation = new Speculation(
      () => workerList.workers,
      (task) => events.overtaken(task),
      () => this.wake(),
    );
  }

  /** How many tasks wait for a worker. */
  get queued(): number {
    return this.#sources.size;
  }

  /** How many single calls wait for a worker. */
  get queuedCalls(): number {
    return this.#calls.size;
  }

  /** Adds a task to the queue of single calls. */
  push(task: Task): void {
    this.#calls.push(task);
    if (task.priority !== 0) this.#sources.usesPriority = true;
    this.#recorder.queued(task);
    this.wake();
  }

  /** Puts tasks that were sent back at the front of the queue of single calls. */
  putBack(tasks: readonly Task[]): void {
    this.#calls.putBack(tasks);
    this.wake();
  }

  /** Adds a source of tasks. @returns a function that removes it. */
  addSource(source: TaskSource): () => void {
    const remove = this.#sources.add(source);
    const end = source.speculates ? this.#speculation.begin() : undefined;
    this.wake();
    return () => {
      remove();
      end?.();
    };
  }

  /** Settles all tasks that no worker has with an error. */
  fail(error: () => unknown): void {
    if (!this.#state.isRunning) this.#endedBy = error;
    this.#sources.fail(error);
  }

  /** Schedules a look for idle workers in a microtask, so that all calls of the current turn are queued by then. */
  wake(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  /** Sends tasks to a worker that needs some. @param most how many at most; the rest is left to other workers. */
  sendTasks(worker: PoolWorker, most = this.queued): void {
    if (most === 0 && !this.#addSecondRun(worker)) return;
    const { sent, refused, unsent } = worker.sendTasks(this.#sources, Math.max(1, most));
    for (const task of sent) {
      this.#recorder.started(task, worker);
      this.#events.started(task, worker);
    }
    for (const [task, error] of refused) {
      if (task.isSettled) continue;
      const outcome = refuseItems(task, this.#options.engine.reach, error);
      if (outcome === undefined) this.#calls.putBack([task]);
      else this.#recorder.settle(task, outcome, null);
    }
    if (unsent.length > 0) {
      for (const task of unsent) task.isSentAlone = true;
      this.#calls.putBack(unsent);
    }
    // The worker did not get these tasks, so it is still free; or it was sent fewer than it can run at a time.
    const { concurrentTasks } = this.#options;
    const hasRoom = concurrentTasks > 1 && sent.length > 0 && worker.freeSlots > 0 && this.queued > 0;
    if (refused.length > 0 || unsent.length > 0 || hasRoom) this.wake();
    const lowInMs = this.queued > 0 ? worker.needsTasksInMs : 0;
    if (lowInMs === 0) return;
    clearTimeout(worker.lowTimer);
    worker.lowTimer = setTimeout(() => this.wake(), Math.ceil(lowInMs)).unref();
  }

  /**
   * Starts workers until the set has enough. If a worker cannot be started now but may be soon, tries again later.
   *
   * @throws the error of starting a worker.
   */
  startWorkers(): void {
    const { most, least, mayStartWorkers } = this.#state;
    if (!mayStartWorkers) return;
    let living = 0;
    let free = 0;
    for (const worker of this.#workerList.workers) {
      if (worker.state === "ending") continue;
      living += 1;
      free += worker.freeSlots;
    }
    const missing = Math.ceil((this.queued - free) / this.#options.concurrentTasks);
    const wanted = Math.min(most, Math.max(least, living + missing));
    try {
      for (let n = living; n < wanted; n++) this.#workerList.start();
      this.#startFailingSince = undefined;
    } catch (error) {
      if (!this.#isTemporary(error)) throw error;
      setTimeout(() => this.wake(), startRetryDelayMs).unref();
    }
  }

  /** Queues the second run of a task for a worker that has nothing to do. @returns whether there is one. */
  #addSecondRun(worker: PoolWorker): boolean {
    const task = worker.isIdle ? this.#speculation.secondRunFor(worker) : undefined;
    if (task !== undefined) this.#calls.putBack([task]);
    return task !== undefined;
  }

  // A fork is refused while the program has pending operations. One of these may be a message of this pool to a worker.
  #isTemporary(error: unknown): boolean {
    if ((error as { readonly code?: unknown } | null)?.code !== "ERR_MANYHANDS_FORK") return false;
    this.#startFailingSince ??= performance.now();
    return performance.now() - this.#startFailingSince < startRetryLimitMs;
  }

  #dispatch(): void {
    // Code of the program may end the set while a call is made or packed: a getter, an iterator, a signal's listener.
    if (this.#endedBy !== undefined) this.fail(this.#endedBy);
    if (!this.#state.isRunning) return;
    const waiting = [...this.#workerList.workers].filter((worker) => worker.needsTasks);
    // Workers with the fewest tasks come first.
    if (waiting.length > 1) waiting.sort((a, b) => a.tasks.length - b.tasks.length);
    let left = waiting.length;
    for (const worker of waiting) {
      if (worker.needsTasks) this.sendTasks(worker, Math.ceil(this.queued / left));
      left -= 1;
    }
    try {
      this.startWorkers();
    } catch (error) {
      this.#events.startFailed(error);
    }
  }
}
