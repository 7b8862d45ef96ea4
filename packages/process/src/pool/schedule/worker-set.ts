import { deferred } from "../../base/deferred.ts";
import { tasks } from "../../base/gauge.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import { isRefusedByNode } from "../../start/child/crash-error.ts";
import { isOutsideSignal } from "../../start/child/outside-signals.ts";
import type { Exit } from "../../start/start-method.ts";
import { type AnswerMessage, isAnswer, type MessageToPool } from "../wire/pool-message.ts";
import type { SentOnce } from "../wire/sent-once.ts";
import { Dispatcher } from "./dispatcher.ts";
import { IdleWorkers } from "./idle-workers.ts";
import type { PoolWorker } from "./pool-worker.ts";
import { QueueLimit } from "./queue-limit.ts";
import type { CancelOutcome, Task } from "./task.ts";
import { TaskCanceller } from "./task-canceller.ts";
import { TaskRecorder } from "./task-recorder.ts";
import type { TaskSource } from "./task-source.ts";
import { CrashHandler, workerCrashError } from "./worker-crash.ts";
import { WorkerList } from "./worker-list.ts";
import type { WorkerSetCounts } from "./worker-set-counts.ts";
import type { WorkerSetOptions } from "./worker-set-options.ts";
import { type WorkerSetPhase, WorkerSetState } from "./worker-set-state.ts";

/** How many workers in a row may crash while they boot. After that, the set is broken. */
const bootCrashesAllowed = 3;

/**
 * The workers of a pool or an executor and their tasks, for all engines, from the start of the set to the exit of its
 * last worker. The {@link Dispatcher} decides which worker gets which task, the {@link CrashHandler} decides about
 * the tasks of a worker that exited.
 *
 * Every task is settled once: by its answer, by the exit of its worker, or by the end of the set.
 */
export class WorkerSet {
  readonly options: WorkerSetOptions;
  readonly #state: WorkerSetState;
  readonly #recorder: TaskRecorder;
  readonly #workerList: WorkerList;
  readonly #dispatcher: Dispatcher;
  readonly #canceller: TaskCanceller;
  readonly #crashHandler: CrashHandler;
  /** How many single calls may wait for a worker. */
  readonly queueLimit: QueueLimit;
  readonly #idleWorkers: IdleWorkers;
  readonly #finished = deferred();
  readonly #onJoin = new Set<() => void>();
  #bootCrashes = 0;
  #stopFollowing = () => {};

  constructor(options: WorkerSetOptions) {
    this.options = options;
    this.#state = new WorkerSetState(options.name, options.most, options.least);
    this.#recorder = new TaskRecorder(options.name, options.recordsTimes);
    this.#workerList = new WorkerList(options, {
      received: (worker, message) => this.#receive(worker, message),
      exited: (worker, exit) => this.#exited(worker, exit),
    });
    tasks.add(this, ({ isInherited, queued, running }) => (isInherited ? null : queued + running));
    this.#dispatcher = new Dispatcher(options, this.#state, this.#workerList, this.#recorder, {
      started: (task) => this.#canceller.startTimeLimit(task),
      overtaken: (task) => this.#canceller.cancelLoser(task),
      startFailed: (error) => this.#break(error),
    });
    this.#canceller = new TaskCanceller(options, this.#workerList, this.#recorder, this.#dispatcher);
    this.#crashHandler = new CrashHandler(options, this.#state, this.#recorder, this.#dispatcher);
    this.queueLimit = new QueueLimit(options, this.#state, this.#dispatcher, this.#workerList);
    this.#idleWorkers = new IdleWorkers(options, this.#state, this.#workerList);
    try {
      this.#dispatcher.startWorkers();
    } catch (error) {
      this.#end("terminated", "terminated");
      throw error;
    }
    if (options.followsCapacity) this.#followCapacity(options);
  }

  get state(): WorkerSetPhase {
    return this.#state.phase;
  }

  /** Whether this process inherited the set by a fork. */
  get isInherited(): boolean {
    return this.#state.isInherited;
  }

  get workers(): ReadonlySet<PoolWorker> {
    return this.#workerList.workers;
  }

  /** The greatest number of workers. */
  get most(): number {
    return this.#state.most;
  }

  /** The number of workers that are kept when there are no tasks. */
  get least(): number {
    return this.#state.least;
  }

  get counts(): WorkerSetCounts {
    return this.#recorder.counts;
  }

  /** The histograms of the tasks' times; `null` when they are not kept. */
  get times(): TaskRecorder["times"] {
    return this.#recorder.times;
  }

  resetTimes(): void {
    this.times?.waiting.reset();
    this.times?.running.reset();
  }

  /** How many tasks wait for a worker. */
  get queued(): number {
    return this.#dispatcher.queued;
  }

  /** How many tasks have been sent to a worker and not answered. */
  get running(): number {
    return [...this.workers].reduce((sum, worker) => sum + worker.tasks.length, 0);
  }

  /**
   * @throws {ClosedError} or {BrokenProcessPoolError} when the set takes no calls; see
   *   {@link WorkerSetState.checkOpen}.
   */
  checkOpen(call: string): void {
    this.#state.checkOpen(call);
  }

  /** Counts a call that is pending until {@link endCall}. It keeps the program alive, and `close()` waits for it. */
  beginCall(): void {
    this.#state.calls.beginCall();
  }

  endCall(): void {
    this.queueLimit.update();
    if (!this.#state.calls.endCall()) return;
    if (this.state === "closing") this.#closeWorkers();
    this.#update();
  }

  /** Adds a task to the end of the queue of single calls. */
  push(task: Task): void {
    this.#dispatcher.push(task);
  }

  /** Adds a source of tasks. @returns a function that removes it. */
  addSource(source: TaskSource): () => void {
    return this.#dispatcher.addSource(source);
  }

  /** Records that a source has made a task. */
  recordQueued(task: Task): void {
    this.#recorder.queued(task);
  }

  /** Settles a task that no worker has. */
  settle(task: Task, error: unknown): void {
    this.#recorder.settle(task, { error }, null);
  }

  /** Lets the workers forget functions or values that no later task uses. */
  forget(items: readonly SentOnce[]): void {
    if (items.length > 0) for (const worker of this.workers) worker.forget(items);
  }

  /** Schedules a look for idle workers: a source has tasks. */
  wake(): void {
    this.#dispatcher.wake();
  }

  /**
   * Cancels a task in two steps: asks it to stop, and kills its worker when it has not stopped after `graceMs`.
   *
   * @param reason what the task sees.
   * @param errorFor makes the caller's error from how the task ended.
   */
  cancel(task: Task, reason: unknown, errorFor: (how: CancelOutcome) => unknown): void {
    this.#canceller.cancel(task, reason, errorFor);
    this.queueLimit.update();
  }

  /** Changes the greatest number of workers, for good. Workers beyond it finish their tasks first. */
  resize(most: number): void {
    this.#stopFollowing();
    this.#resize(most);
  }

  #followCapacity({ engine, isFixed, least }: WorkerSetOptions): void {
    const onCapacity = (workers: number) => {
      if (this.#state.isRunning) this.#resize(Math.max(1, isFixed ? 1 : least, workers));
    };
    this.#stopFollowing = engine.onCapacity?.(onCapacity) ?? this.#stopFollowing;
  }

  #resize(most: number): void {
    if (most === this.most) return;
    this.#state.most = most;
    if (this.options.isFixed) this.#state.least = most;
    const living = [...this.workers].filter(({ state }) => state !== "ending" && state !== "retiring");
    living.sort((a, b) => b.tasks.length - a.tasks.length);
    for (const worker of living.slice(most)) {
      if (worker.state === "booting") this.#workerList.kill(worker, "resized");
      else if (worker.isIdle) this.#workerList.requestExit(worker, "resized");
      else {
        worker.state = "retiring";
        worker.endReason = "resized";
      }
    }
    this.#dispatcher.wake();
    this.queueLimit.update();
  }

  /** Takes no more calls, and lets the workers exit when all calls are settled. */
  close(): void {
    this.#state.checkOwned("close");
    if (this.state !== "open") return;
    this.#state.phase = "closing";
    if (!this.#state.calls.hasCalls) this.#closeWorkers();
    this.#update();
  }

  /** Fails the tasks that no worker has; those that workers have are finished. */
  dropQueued(errorFor: () => unknown): void {
    if (this.#state.isRunning) this.#dispatcher.fail(errorFor);
  }

  /** Ends all workers now. Tasks that are not settled fail with the error that `errorFor` makes. */
  terminate(errorFor: () => unknown, signal: NodeJS.Signals = "SIGTERM"): void {
    this.#state.checkOwned("terminate");
    if (this.state === "terminated") return;
    this.#end("terminated", "terminated", signal);
    this.#failAll(errorFor);
  }

  /** Resolves when all workers have exited after `close()` or `terminate()`. */
  join(): Promise<void> {
    this.#state.checkOwned("join");
    for (const listener of this.#onJoin) listener();
    return this.#finished.promise;
  }

  /**
   * Adds a listener that {@link join} calls. After `join()` an `imap` must not wait for its caller to fetch results:
   * the caller may do so only when `join()` has resolved.
   *
   * @returns a function that removes the listener.
   */
  onJoin(listener: () => void): () => void {
    this.#onJoin.add(listener);
    return () => this.#onJoin.delete(listener);
  }

  #receive(worker: PoolWorker, message: MessageToPool): void {
    if (isAnswer(message)) {
      this.#answered(worker, message);
      return;
    }
    switch (message.type) {
      case "ready":
        this.#bootCrashes = 0;
        if (worker.state === "booting") worker.state = "ready";
        this.#workerList.publish("ready", worker);
        this.#dispatcher.wake();
        this.#idleWorkers.note(worker);
        break;
      case "pong":
        worker.isResponsive = true;
        break;
      case "retire":
        this.#retireEarly(worker, message.reason);
        break;
      case "failed":
        worker.endReason ??= "failed";
        void unpackValue(message.error).then((error) => this.#break(error));
    }
  }

  #answered(worker: PoolWorker, answer: AnswerMessage): void {
    const [id, , , , bytes = 0] = answer;
    const task = worker.removeTask(id);
    if (task === undefined) return;
    task.stopTimer();
    worker.answeredTasks += 1;
    worker.ranMs += answer[1];
    if (bytes > this.options.maxBytesPerWorker && worker.state === "ready") {
      worker.state = "retiring";
      worker.endReason = "memory";
    }
    this.#recorder.answered(task, answer, worker);
    this.queueLimit.update();
    if (worker.state === "retiring" || worker.isAtTaskLimit) this.#retire(worker);
    else if (worker.needsTasks) this.#dispatcher.sendTasks(worker);
    this.#idleWorkers.note(worker);
  }

  #retireEarly(worker: PoolWorker, reason: "machine" | "shared" | "idle"): void {
    if (reason === "idle") this.#state.least = Math.min(this.#state.least, Math.max(0, this.#living - 1));
    if (worker.state === "booting") this.#workerList.kill(worker, reason);
    if (worker.state !== "ready") return;
    worker.state = "retiring";
    worker.endReason = reason;
    this.#retire(worker);
  }

  get #living(): number {
    return [...this.workers].filter(({ state }) => state !== "ending").length;
  }

  // A worker that still has tasks runs them first: its last answer calls this again.
  #retire(worker: PoolWorker): void {
    this.#canceller.killIfStuck(worker);
    if (!worker.isIdle || worker.state === "ending") return;
    worker.endReason ??= "tasks";
    if (worker.endReason !== "resized") {
      this.counts.recycled += 1;
      this.#workerList.publish("recycled", worker, { reason: worker.endReason });
    }
    this.#workerList.requestExit(worker, worker.endReason);
    this.#dispatcher.wake();
  }

  #closeWorkers(): void {
    for (const worker of this.workers) this.#workerList.close(worker);
    this.#update();
  }

  #exited(worker: PoolWorker, exit: Exit): void {
    const wasBooting = worker.state === "booting";
    // Machines that are lost, or signals of other programs, say nothing about whether the program can boot.
    const isOutside = worker.engineWorker.isLost === true || isOutsideSignal(exit.code);
    const hasCrashed = worker.endReason === null && !(wasBooting && isOutside);
    const task = this.#crashHandler.handleExit(worker, exit);
    if (hasCrashed && this.#state.isRunning) {
      if (wasBooting)
        this.#bootCrashes += isRefusedByNode(exit.code, worker.engineWorker.stderrTail) ? bootCrashesAllowed : 1;
      if (this.options.breaksOnCrash || this.#bootCrashes >= bootCrashesAllowed) {
        this.#break(workerCrashError(worker, exit, task));
      }
    }
    this.queueLimit.update();
    this.#update();
  }

  #break(cause: unknown): void {
    if (!this.#state.isRunning) return;
    this.#state.brokenBy = cause;
    this.#end("broken", "broken");
    // A warning as well: there may be no pending call to reject.
    process.emitWarning(this.#state.brokenError("Cannot go on"));
    this.#failAll(() => this.#state.brokenError("Cannot finish the call"));
  }

  #end(phase: "terminated" | "broken", reason: string, signal?: NodeJS.Signals): void {
    this.#state.phase = phase;
    for (const worker of this.workers) {
      // Nothing is lost by letting an idle worker exit by itself: exit handlers run, and V8 writes its coverage.
      const mayExit = worker.state === "ready" && worker.isIdle && signal !== "SIGKILL";
      if (mayExit) this.#workerList.requestExit(worker, reason, this.options.graceMs);
      else this.#workerList.kill(worker, reason, signal);
    }
    this.#update();
  }

  #failAll(errorFor: () => unknown): void {
    this.#dispatcher.fail(errorFor);
    for (const worker of this.workers) {
      for (const task of worker.tasks) {
        this.#recorder.settle(task, { error: task.cancelError?.("killed") ?? errorFor() }, worker);
      }
    }
  }

  /**
   * Updates what keeps the program alive, and resolves `join()` at the end. An open set without calls does not keep the
   * program alive; a set that is ending does until its workers have exited.
   */
  #update(): void {
    const hasWorkers = this.workers.size > 0;
    const isEnding = this.state !== "open";
    this.#state.calls.set(isEnding && hasWorkers);
    if (!isEnding || this.#state.calls.hasCalls || hasWorkers) return;
    this.#stopFollowing();
    this.#state.calls.stop();
    this.#finished.resolve();
  }
}
