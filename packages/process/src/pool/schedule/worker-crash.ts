import { WorkerDiedError } from "../../base/errors.ts";
import { crashError } from "../../start/child/crash-error.ts";
import type { Exit } from "../../start/start-method.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { Task } from "./task.ts";
import type { TaskRecorder } from "./task-recorder.ts";
import type { WorkerSetOptions } from "./worker-set-options.ts";
import type { WorkerSetState } from "./worker-set-state.ts";

/** How many workers may crash while a task is next in line; then the crashes are attributed to the task. */
const crashesAllowedWhileNext = 3;

/**
 * Decides about the tasks of a worker that exited: attributes the exit to the one that it ran, settles that one or runs
 * it again, and puts the others back into the queue. A worker that ran several tasks at a time loses all of these.
 */
export class CrashHandler {
  readonly #options: WorkerSetOptions;
  readonly #state: WorkerSetState;
  readonly #recorder: TaskRecorder;
  readonly #dispatcher: Dispatcher;

  constructor(options: WorkerSetOptions, state: WorkerSetState, recorder: TaskRecorder, dispatcher: Dispatcher) {
    this.#options = options;
    this.#state = state;
    this.#recorder = recorder;
    this.#dispatcher = dispatcher;
  }

  /** @returns the first of the tasks that the exit is attributed to; `null` for none. */
  handleExit(worker: PoolWorker, exit: Exit): Task | null {
    const hasCrashed = worker.endReason === null;
    const running = worker.runningTasks;
    const charged =
      running.length > 0 ? running : hasCrashed && worker.engineWorker.isLost !== true ? chargeNextTask(worker) : [];
    const unaffected = worker.tasks.filter((task) => !charged.includes(task));
    if (hasCrashed) this.#recorder.counts.died += 1;
    for (const task of charged) this.#settleOrRetry(task, worker, exit);
    this.#dispatcher.putBack(unaffected.filter((task) => !this.#settleIfCancelled(task)));
    return charged[0] ?? null;
  }

  #settleOrRetry(task: Task, worker: PoolWorker, exit: Exit): void {
    if (task.isSettled) return;
    if (task.cancelError !== null) {
      this.#recorder.settle(task, { error: task.cancelError("killed") }, worker);
      return;
    }
    const crash = workerCrashError(worker, exit, task);
    if (this.#options.breaksOnCrash) {
      this.#recorder.settle(task, { error: this.#state.brokenError(`Cannot finish ${task.title}`, crash) }, worker);
      return;
    }
    if (task.race?.leaveToOther(task, crash)) {
      this.#recorder.settle(task, { error: crash }, worker);
      return;
    }
    task.crashes = [...task.crashes, crash];
    if (task.crashes.length < (task.spec.attempts ?? 1)) {
      this.#recorder.retried(task, worker);
      this.#dispatcher.putBack([task]);
    } else this.#recorder.settle(task, { error: taskCrashError(task) }, worker);
  }

  /** Settles a task that was cancelled and had not started. @returns whether the task is settled. */
  #settleIfCancelled(task: Task): boolean {
    if (task.cancelError !== null)
      this.#recorder.settle(task, { error: task.cancelError(task.endWithoutWorker) }, null);
    return task.isSettled;
  }
}

/**
 * A crash between tasks is not attributed to the next task. But when workers repeatedly crash while the same task is
 * next, it is attributed to that task: its message itself may be more than a worker can read.
 */
function chargeNextTask({ tasks: [next] }: PoolWorker): Task[] {
  if (next === undefined) return [];
  next.crashesWhileNext += 1;
  return next.crashesWhileNext >= crashesAllowedWhileNext ? [next] : [];
}

/**
 * The error for a worker that exited without being asked to.
 *
 * @param task the task that the exit is attributed to; `null` for none.
 */
export function workerCrashError({ name, engineWorker }: PoolWorker, exit: Exit, task: Task | null): WorkerDiedError {
  const { pid, threadId, host = null, stderrTail, isLost = false } = engineWorker;
  const when =
    task === null
      ? "ended by itself"
      : isLost
        ? `was lost while it had ${task.title}, which may have run`
        : `ended while it ran ${task.title}`;
  return crashError({ name, pid, threadId, host, stderrTail }, exit, when);
}

/** The error for a task that crashed a worker in each of its attempts, often one. `cause` holds several crashes. */
function taskCrashError(task: Task): WorkerDiedError {
  const last = task.crashes.at(-1) as WorkerDiedError;
  if (task.crashes.length === 1) return last;
  const { exitCode, signal, pid, host, processName, stderr } = last;
  const cause = new AggregateError(task.crashes, `${task.title} ended ${task.crashes.length} workers`);
  return new WorkerDiedError(
    `Gave up ${task.title} after ${task.crashes.length} attempts, each of which ended its worker, the last time: ${last.message}`,
    { exitCode, signal, pid, host, processName, stderr },
    { cause },
  );
}
