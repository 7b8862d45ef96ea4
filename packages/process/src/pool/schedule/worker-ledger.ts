import { unpackValue } from "../../callable/load/unpack-value.ts";
import { unpack } from "../wire/message-payload.ts";
import type { WireAnswer } from "../wire/pool-message.ts";
import { publishTask } from "./pool-events.ts";
import type { Member } from "./pool-worker.ts";
import type { Task, TaskOutcome } from "./task.ts";
import { CrewCounts } from "./worker-set-counts.ts";

/** What became of a crew's tasks: each edge of a task's life is noted here, counted, and told to whoever listens. */
export class Ledger {
  readonly counts = new CrewCounts();
  readonly #crew: string;

  constructor(crew: string) {
    this.#crew = crew;
  }

  queued(task: Task): void {
    publishTask("queued", this.#crew, task, null);
  }

  started(task: Task, member: Member): void {
    this.counts.waitedMs += performance.now() - task.queuedAt;
    task.spec.started?.();
    publishTask("started", this.#crew, task, member);
  }

  retried(task: Task, member: Member): void {
    this.counts.retried += 1;
    publishTask("retried", this.#crew, task, member);
  }

  /** Settles a task with what its worker answered. */
  answered(task: Task, [, ms, values, errors = []]: WireAnswer, member: Member): void {
    this.counts.ranMs += ms;
    task.spec.fn.learn(ms, task.items);
    if (task.cancelled !== null) {
      this.settle(task, { error: task.cancelled("stopped") }, member, ms);
      return;
    }
    const value = unpack(values);
    if (errors.length === 0 && !(value instanceof Promise)) {
      this.settle(task, { values: value, errors: [] }, member, ms);
      return;
    }
    const failed = Promise.all(errors.map(async ([place, error]) => [place, await unpackValue(error)] as const));
    Promise.all([value, failed]).then(
      ([settled, list]) => this.settle(task, { values: settled, errors: list }, member, ms),
      (error) => this.settle(task, { error }, member, ms),
    );
  }

  /**
   * Settles a task, unless it is.
   *
   * @param member where it was, if it was anywhere.
   * @param ms how long it ran.
   */
  settle(task: Task, outcome: TaskOutcome, member: Member | null, ms?: number): void {
    const edge =
      task.cancelled !== null ? "cancelled" : "error" in outcome || outcome.errors.length > 0 ? "failed" : "succeeded";
    if (!task.settle(outcome)) return;
    this.counts[edge] += 1;
    publishTask(edge, this.#crew, task, member, ms);
  }
}
