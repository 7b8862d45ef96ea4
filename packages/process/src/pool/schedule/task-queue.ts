import { Fifo } from "../wire/fifo.ts";
import type { Task } from "./task.ts";
import type { TaskSource } from "./task-source.ts";

/** A queue of tasks, first in, first out. */
export class TaskQueue implements TaskSource {
  readonly #tasks = new Fifo<Task>();
  /** Tasks that come before all others: they were sent to a worker whose exit is not attributed to them. */
  readonly #returned: Task[] = [];
  readonly #onFailed: ((error: () => unknown) => void) | undefined;

  /** @param onFailed called after {@link fail}. */
  constructor(onFailed?: (error: () => unknown) => void) {
    this.#onFailed = onFailed;
  }

  get size(): number {
    return this.#tasks.size + this.#returned.length;
  }

  get nextIsExclusive(): boolean {
    return this.#peek()?.isExclusive ?? false;
  }

  get waitingSince(): number {
    return this.#peek()?.queuedAt ?? Number.POSITIVE_INFINITY;
  }

  push(task: Task): void {
    this.#tasks.push(task);
  }

  /** Puts tasks that were taken back at the front. */
  putBack(tasks: readonly Task[]): void {
    this.#returned.unshift(...tasks);
  }

  take(): Task | undefined {
    if (this.#peek() === undefined) return undefined;
    return this.#returned.length > 0 ? this.#returned.shift() : this.#tasks.shift();
  }

  fail(error: () => unknown): void {
    this.settleAll(error);
    this.#onFailed?.(error);
  }

  /** Settles all queued tasks with an error. The owner of the queue calls this, so `onFailed` is not called. */
  settleAll(error: () => unknown): void {
    for (let task = this.take(); task !== undefined; task = this.take()) task.settle({ error: error() });
  }

  // Skips tasks that were settled in the queue, so that cancelling a task needs no search.
  #peek(): Task | undefined {
    while (this.#returned[0]?.isSettled) this.#returned.shift();
    if (this.#returned.length > 0) return this.#returned[0];
    while (this.#tasks.first?.isSettled) this.#tasks.shift();
    return this.#tasks.first;
  }
}
