import { Fifo } from "../wire/fifo.ts";
import type { Task } from "./task.ts";
import type { TaskSource } from "./task-source.ts";

/** A queue of tasks, first in, first out. */
export class TaskQueue implements TaskSource {
  readonly #tasks = new Fifo<Task>();
  /** Tasks that come before all others: they were sent to a worker whose exit is not attributed to them. */
  readonly #returned: Task[] = [];
  /** How many of these were settled while they waited. They are skipped later, so that cancelling needs no search. */
  #settled = 0;
  readonly #onFailed: ((error: () => unknown) => void) | undefined;

  /** @param onFailed called after {@link fail}. */
  constructor(onFailed?: (error: () => unknown) => void) {
    this.#onFailed = onFailed;
  }

  /** How many tasks wait. */
  get size(): number {
    return this.#tasks.size + this.#returned.length - this.#settled;
  }

  get nextIsExclusive(): boolean {
    return this.#peek()?.isExclusive ?? false;
  }

  get waitingSince(): number {
    return this.#peek()?.queuedAt ?? Number.POSITIVE_INFINITY;
  }

  push(task: Task): void {
    this.#tasks.push(task);
    task.onSettledInQueue = this.#countSettled;
  }

  /** Puts tasks that were taken back at the front. */
  putBack(tasks: readonly Task[]): void {
    this.#returned.unshift(...tasks);
    for (const task of tasks) task.onSettledInQueue = this.#countSettled;
  }

  take(): Task | undefined {
    const task = this.#peek();
    if (task === undefined) return undefined;
    (this.#returned.length > 0 ? this.#returned : this.#tasks).shift();
    task.onSettledInQueue = undefined;
    return task;
  }

  fail(error: () => unknown): void {
    this.settleAll(error);
    this.#onFailed?.(error);
  }

  /** Settles all queued tasks with an error. The owner of the queue calls this, so `onFailed` is not called. */
  settleAll(error: () => unknown): void {
    for (let task = this.take(); task !== undefined; task = this.take()) task.settle({ error: error() });
  }

  readonly #countSettled = () => {
    this.#settled += 1;
  };

  #peek(): Task | undefined {
    while (this.#returned[0]?.isSettled) this.#skip(this.#returned);
    if (this.#returned.length > 0) return this.#returned[0];
    while (this.#tasks.first?.isSettled) this.#skip(this.#tasks);
    return this.#tasks.first;
  }

  #skip(tasks: { shift(): unknown }): void {
    tasks.shift();
    this.#settled -= 1;
  }
}
