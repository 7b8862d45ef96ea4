import { collectRollbacks } from "../../base/send-rollback.ts";
import type { Reach } from "../../base/shareable.ts";
import { describeThrown } from "../../base/thrown.ts";
import { encode } from "../../codec/encode.ts";
import type { Engine, EngineWorker } from "../engine/engine.ts";
import type { SentOnce } from "../wire/sent-once.ts";
import { RunMessageBuilder } from "./run-message-builder.ts";
import { SentTasks } from "./sent-tasks.ts";
import type { Task } from "./task.ts";
import type { TaskSources } from "./task-sources.ts";

/** The state of a worker: `retiring` takes no new tasks, `ending` was asked to exit or killed. */
export type PoolWorkerState = "booting" | "ready" | "retiring" | "ending";

/** How many functions and repeated values a worker keeps; it forgets the oldest first. */
const maxKnown = 512;

/** What happened to the tasks that were taken for a worker. */
export interface SendResult {
  /** The worker has them. */
  readonly sent: readonly Task[];
  /** They cannot be packed or cloned. */
  readonly refused: readonly (readonly [task: Task, error: unknown])[];
  /** One of them cannot be cloned, or is to be sent alone. Sending each in a message of its own shows which one. */
  readonly unsent: readonly Task[];
}

/** One worker of a pool, in the parent. */
export class PoolWorker {
  readonly name: string;
  readonly engineWorker: EngineWorker;
  readonly #reach: Reach;
  /** The ids of the functions and repeated values that the worker has. */
  readonly #known = new Set<number>();
  /** The ids that the worker is to forget with the next message; tasks that were sent before may still need them. */
  readonly #stale: number[] = [];
  readonly #sentTasks: SentTasks;
  readonly #concurrentTasks: number;
  /** How many run messages the worker was sent. */
  #sentRuns = 0;
  #tasksLeft: number;
  state: PoolWorkerState = "booting";
  /** Why the pool ends the worker; `null` while it does not. */
  endReason: string | null = null;
  answeredTasks = 0;
  /** The sum of the times that its tasks ran, in milliseconds. */
  ranMs = 0;
  readonly #startedAt = performance.now();
  /** When it became idle, by `performance.now()`. */
  idleSince = 0;
  /** The cancelled tasks that do not stop, while other tasks run beside them. */
  readonly stuckTasks = new Set<Task>();
  /** Whether the worker has answered since it was sent a `ping`. */
  isResponsive = true;
  /** Sends the worker further tasks when it has little work left. */
  lowTimer: NodeJS.Timeout | undefined;
  /** Kills the worker when it does not exit or answer in time. */
  graceTimer: NodeJS.Timeout | undefined;

  /**
   * @param engine the engine that started it.
   * @param maxTasks the number of tasks after which the worker is replaced.
   * @param concurrentTasks how many tasks it runs at a time.
   */
  constructor(name: string, engineWorker: EngineWorker, engine: Engine, maxTasks: number, concurrentTasks: number) {
    this.name = name;
    this.engineWorker = engineWorker;
    this.#reach = engine.reach;
    this.#tasksLeft = maxTasks;
    this.#concurrentTasks = concurrentTasks;
    this.#sentTasks = new SentTasks(concurrentTasks, () => engine.roundTripMs ?? 0);
  }

  /** The tasks that the worker was sent and has not answered, in the order in which it runs them. */
  get tasks(): readonly Task[] {
    return this.#sentTasks.tasks;
  }

  /**
   * The tasks that the worker is running, or was running when it exited: the first unanswered ones, if the worker has
   * started on the run messages that brought them. A worker that was lost may have run all tasks of these messages.
   */
  get runningTasks(): readonly Task[] {
    const { startedRuns, isLost = false } = this.engineWorker;
    const suspected = isLost ? this.tasks : this.tasks.slice(0, this.#concurrentTasks);
    return suspected.filter(({ runNumber }) => runNumber <= startedRuns);
  }

  /** How many further tasks would start at once. */
  get freeSlots(): number {
    if (this.state === "booting") return this.#concurrentTasks;
    return this.needsTasks ? Math.max(0, this.#concurrentTasks - this.tasks.length) : 0;
  }

  /** How long ago it was started, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#startedAt;
  }

  get isIdle(): boolean {
    return this.#sentTasks.isEmpty;
  }

  /** Whether the worker was sent as many tasks as it may run. */
  get isAtTaskLimit(): boolean {
    return this.#tasksLeft <= 0;
  }

  /** Whether the worker may take tasks and has so little work left that a message is worth its cost. */
  get needsTasks(): boolean {
    if (this.state !== "ready" || this.isAtTaskLimit) return false;
    return this.#sentTasks.isEmpty || this.#sentTasks.isLow;
  }

  /** In how many milliseconds it needs tasks, although it has not answered then; 0 when it does not. */
  get needsTasksInMs(): number {
    return this.state === "ready" && !this.isAtTaskLimit ? this.#sentTasks.lowInMs : 0;
  }

  /**
   * Takes tasks until the worker has enough work ahead, and sends them in one message.
   *
   * @param most how many single calls and items of a `map` at most, but a whole chunk of these.
   */
  sendTasks(sources: TaskSources, most: number): SendResult {
    const run = new RunMessageBuilder(this.#reach, this.#known, this.#stale);
    const refused: [Task, unknown][] = [];
    let postponed: Task[] = [];
    const queued = sources.size;
    // Packing runs code of the program, such as getters, which may end the worker or cancel a task.
    while (
      this.state === "ready" &&
      queued - sources.size < most &&
      run.tasks.length < this.#tasksLeft &&
      !this.#sentTasks.isFull
    ) {
      const isExclusive = sources.peekExclusive();
      if (isExclusive === undefined || (isExclusive && !this.#sentTasks.mayAddExclusive)) break;
      const task = sources.take();
      if (task === undefined) break;
      if (task.isSentAlone && run.tasks.length > 0) {
        postponed = [task];
        break;
      }
      try {
        this.#sentTasks.add(task, run.add(task));
      } catch (error) {
        refused.push([task, error]);
        continue;
      }
      if (task.isSentAlone || (task.isExclusive && this.#concurrentTasks === 1)) break;
    }
    const { tasks } = run;
    if (tasks.length === 0) return { sent: tasks, refused, unsent: postponed };
    if (this.state !== "ready") {
      for (const { id } of tasks) this.#sentTasks.remove(id);
      return { sent: [], refused, unsent: [...tasks.filter((task) => !task.isSettled), ...postponed] };
    }
    try {
      this.engineWorker.send(run.message, run.transferList);
    } catch (error) {
      for (const { id } of tasks) this.#sentTasks.remove(id);
      const [task] = tasks as [Task];
      return tasks.length > 1
        ? { sent: [], refused, unsent: [...tasks, ...postponed] }
        : { sent: [], refused: [...refused, [task, run.cloneErrorOf(task, error)]], unsent: postponed };
    }
    this.#sentRuns += 1;
    for (const task of tasks) task.runNumber = this.#sentRuns;
    this.#tasksLeft -= tasks.length;
    if (run.changesKnown) this.#updateKnown(run);
    return { sent: tasks, refused, unsent: postponed };
  }

  /** Removes a task that the worker has answered. */
  removeTask(id: number): Task | undefined {
    return this.#sentTasks.remove(id);
  }

  /** Clears the timers that would kill the worker or cancel its tasks. */
  clearTimers(): void {
    if (this.graceTimer !== undefined) clearTimeout(this.graceTimer);
    this.graceTimer = undefined;
    clearTimeout(this.lowTimer);
    for (const task of this.tasks) task.stopTimer();
  }

  /** Notifies the worker that a task was cancelled. A reason that cannot be sent is sent as an error with its text. */
  cancel(task: Task, reason: unknown): void {
    try {
      collectRollbacks(() => this.#sendCancel(task, reason));
    } catch {
      this.#sendCancel(task, new Error(describeThrown(reason)));
    }
  }

  /** Lets the worker forget functions or values that no later task uses. */
  forget(items: readonly SentOnce[]): void {
    const known = items.filter(({ id }) => this.#known.delete(id)).map(({ id }) => id);
    if (known.length === 0 || this.state === "ending") return;
    this.engineWorker.send({ type: "run", tasks: [], functions: [], values: [], forget: known });
  }

  #sendCancel({ id }: Task, reason: unknown): void {
    const encoded = encode(reason, { reach: this.#reach, path: "signal.reason", transferList: [] });
    this.engineWorker.send({ type: "cancel", id, reason: encoded });
  }

  #updateKnown({ functions, values }: RunMessageBuilder): void {
    this.#stale.length = 0;
    for (const [id] of functions) this.#known.add(id);
    for (const [id] of values) this.#known.add(id);
    for (const id of this.#known) {
      if (this.#known.size <= maxKnown) break;
      this.#known.delete(id);
      this.#stale.push(id);
    }
  }
}
