import { after } from "../../base/deadline.ts";
import { TimeoutError } from "../../base/errors.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { CancelOutcome, Task } from "./task.ts";
import type { TaskRecorder } from "./task-recorder.ts";
import type { WorkerList } from "./worker-list.ts";
import type { WorkerSetOptions } from "./worker-set-options.ts";

/**
 * Cancels tasks, and those that run out of time: asks a task to stop, and ends its worker when it has not stopped after
 * `graceMs`.
 *
 * A task that runs beside others is not allowed to take them with it. While its worker's event loop still runs, the
 * call is settled, the worker gets no further task, and it is killed when all of its other tasks have ended. A worker
 * whose event loop is blocked for another `graceMs` is killed: the other tasks cannot go on in it.
 */
export class TaskCanceller {
  readonly #options: WorkerSetOptions;
  readonly #workerList: WorkerList;
  readonly #recorder: TaskRecorder;
  readonly #dispatcher: Dispatcher;

  constructor(options: WorkerSetOptions, workerList: WorkerList, recorder: TaskRecorder, dispatcher: Dispatcher) {
    this.#options = options;
    this.#workerList = workerList;
    this.#recorder = recorder;
    this.#dispatcher = dispatcher;
  }

  /** Starts the time limit of a task that was sent to a worker, if it has one. */
  startTimeLimit(task: Task): void {
    const { timeout } = task.spec;
    if (timeout === undefined) return;
    const reason = new TimeoutError(`No time left: ${task.title} has had its ${timeout.ms} ms`);
    task.startTimer(timeout.ms, () => this.cancel(task, reason, timeout.errorFor));
  }

  /**
   * Cancels a task that is not settled.
   *
   * @param reason what the task sees.
   * @param errorFor makes the caller's error from how the task ended.
   */
  cancel(cancelled: Task, reason: unknown, errorFor: (how: CancelOutcome) => unknown): void {
    // One of two runs may have crashed.
    const task = (cancelled.isSettled && cancelled.race?.remaining) || cancelled;
    if (task.isSettled || task.cancelError !== null) return;
    task.cancelError = errorFor;
    task.race?.endFor(task);
    const worker = [...this.#workerList.workers].find(({ tasks }) => tasks.includes(task));
    if (worker === undefined) {
      this.#recorder.settle(task, { error: errorFor(task.endWithoutWorker) }, null);
      return;
    }
    worker.cancel(task, reason);
    task.startTimer(this.#options.graceMs, () => this.#endStuck(task, worker));
  }

  /** Cancels a run of a task whose other run was answered first. */
  cancelLoser(task: Task): void {
    const reason = new DOMException(`Another run of ${task.title} was answered first`, "AbortError");
    this.cancel(task, reason, () => reason);
  }

  /** Ends a worker that waits for nothing but cancelled tasks that do not stop. */
  killIfStuck(worker: PoolWorker): void {
    const isStuck = worker.tasks.length > 0 && worker.tasks.every((task) => task.isSettled);
    if (isStuck && worker.state === "retiring") this.#workerList.kill(worker, "cancelled");
  }

  #endStuck(task: Task, worker: PoolWorker): void {
    if (worker.tasks.every((other) => other === task || other.isSettled)) {
      this.#workerList.kill(worker, "cancelled");
      return;
    }
    const isProbing = worker.stuckTasks.size > 0;
    worker.stuckTasks.add(task);
    if (!isProbing) this.#probe(worker);
  }

  /** Asks a worker repeatedly for a sign that its event loop runs, while tasks run beside a stuck one. */
  #probe(worker: PoolWorker): void {
    worker.isResponsive = false;
    worker.engineWorker.send({ type: "ping" });
    worker.graceTimer = after(this.#options.graceMs, () => {
      if (!worker.isResponsive) {
        this.#workerList.kill(worker, "cancelled");
        return;
      }
      for (const task of worker.stuckTasks) {
        if (worker.tasks.includes(task)) this.#abandon(task, worker);
        else worker.stuckTasks.delete(task);
      }
      this.killIfStuck(worker);
      if (worker.stuckTasks.size > 0 && worker.state !== "ending") this.#probe(worker);
    });
  }

  #abandon(task: Task, worker: PoolWorker): void {
    if (worker.state === "ready") worker.state = "retiring";
    worker.endReason ??= "cancelled";
    this.#recorder.settle(task, { error: task.cancelError?.("killed") }, worker);
    this.#dispatcher.wake();
  }
}
