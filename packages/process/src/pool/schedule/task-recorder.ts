import { observer } from "../../base/observer.ts";
import { unpackEach, unpackValue } from "../../callable/load/unpack-value.ts";
import { isPackedPayload, unpackPayload } from "../wire/payload.ts";
import type { AnswerMessage } from "../wire/pool-message.ts";
import { publishTaskEvent } from "./pool-events.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { ItemError, Task, TaskOutcome } from "./task.ts";
import { TaskTimes } from "./task-times.ts";
import { WorkerSetCounts } from "./worker-set-counts.ts";

/** Records every state change of a worker set's tasks: counts it, publishes it, and settles the task. */
export class TaskRecorder {
  readonly counts = new WorkerSetCounts();
  readonly #pool: string;
  /** The times of tasks; `null` when the pool does not record them. */
  readonly times: { readonly waiting: TaskTimes; readonly running: TaskTimes } | null;

  /**
   * @param pool the name of the pool in events.
   * @param recordsTimes whether it keeps histograms of the tasks' times.
   */
  constructor(pool: string, recordsTimes: boolean) {
    this.#pool = pool;
    this.times = recordsTimes ? { waiting: new TaskTimes(), running: new TaskTimes() } : null;
  }

  queued(task: Task): void {
    publishTaskEvent("queued", this.#pool, task, null);
  }

  started(task: Task, worker: PoolWorker): void {
    task.waitedMs = performance.now() - task.queuedAt;
    this.counts.waitedMs += task.waitedMs;
    this.times?.waiting.record(task.waitedMs);
    task.spec.onStarted?.();
    observer?.task("sent", task.id, task.spec.fn.name, task.items);
    publishTaskEvent("started", this.#pool, task, worker);
  }

  retried(task: Task, worker: PoolWorker): void {
    this.counts.retried += 1;
    publishTaskEvent("retried", this.#pool, task, worker);
  }

  /** Settles a task with its worker's answer. */
  answered(task: Task, answer: AnswerMessage, worker: PoolWorker): void {
    const [, ms, values, errors = []] = answer;
    task.isAnswered = true;
    this.counts.ranMs += ms;
    this.times?.running.record(ms);
    task.spec.fn.recordDuration(ms, task.items);
    if (task.cancelError !== null) {
      this.settle(task, { error: task.cancelError("stopped") }, worker, ms);
      return;
    }
    const value = unpackPayload(values);
    if (errors.length === 0 && !(value instanceof Promise)) {
      this.settle(task, { values: value, errors: [] }, worker, ms);
      return;
    }
    this.#readOutcome(task, value, answer).then(
      (outcome) => this.settle(task, outcome, worker, ms),
      (error) => this.settle(task, { error }, worker, ms),
    );
  }

  /** @throws the error of rebuilding the value of a call. */
  async #readOutcome(task: Task, value: unknown, [, , payload, errors = []]: AnswerMessage): Promise<TaskOutcome> {
    const read = await Promise.all(
      errors.map(
        async ([index, error]) => [index, await unpackValue(error).catch((reason: unknown) => reason)] as const,
      ),
    );
    const [whole] = read;
    if (whole?.[0] === null) return { error: whole[1] };
    const thrown = read as ItemError[];
    try {
      return { values: await value, errors: thrown };
    } catch (error) {
      if (task.spec.kind === "call" || !isPackedPayload(payload)) throw error;
      const [values, unreadable] = await unpackEach(payload.packed);
      return { values, errors: [...thrown, ...unreadable].sort(([a], [b]) => a - b) };
    }
  }

  /**
   * Settles a task that is not settled yet.
   *
   * @param worker the task's worker; `null` when no worker has it.
   * @param ms how long the task ran.
   */
  settle(task: Task, given: TaskOutcome, worker: PoolWorker | null, ms?: number): void {
    const outcome = task.withRefused(given);
    const edge =
      task.cancelError !== null
        ? "cancelled"
        : "error" in outcome || outcome.errors.length > 0
          ? "failed"
          : "succeeded";
    if (!task.settle(outcome)) return;
    if (task.isDelivered) this.counts[edge] += 1;
    observer?.task("settled", task.id, task.spec.fn.name, task.items);
    publishTaskEvent(edge, this.#pool, task, worker, ms, outcome);
  }
}
