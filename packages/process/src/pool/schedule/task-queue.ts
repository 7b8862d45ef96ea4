import { PriorityQueue } from "./priority-queue.ts";
import type { Task } from "./task.ts";
import type { TaskSource } from "./task-source.ts";

/** So many settled tasks may remain in a queue before a search removes them. */
const settledAllowed = 64;

/** A queue of tasks, in the order of their priority; first in, first out within a priority. */
export class TaskQueue implements TaskSource {
  readonly #tasks = new PriorityQueue();
  /** Tasks that come before all others: they were sent to a worker whose exit is not attributed to them. */
  readonly #returned: Task[] = [];
  readonly #settle: (task: Task, error: unknown) => void;
  readonly #onFailed: ((error: () => unknown) => void) | undefined;
  readonly #priority: number;
  /** How many tasks were settled in the queue and are still in it. */
  #settled = 0;

  /**
   * @param settle settles a task that no worker has, for {@link fail}.
   * @param onFailed called after {@link fail}.
   * @param priority the priority of its tasks, if all have the same.
   */
  constructor(settle: (task: Task, error: unknown) => void, onFailed?: (error: () => unknown) => void, priority = 0) {
    this.#settle = settle;
    this.#onFailed = onFailed;
    this.#priority = priority;
  }

  get size(): number {
    return this.#tasks.size + this.#returned.length - this.#settled;
  }

  get nextIsExclusive(): boolean {
    return this.#peek()?.isExclusive ?? false;
  }

  get waitingSince(): number {
    return this.#peek()?.queuedAt ?? Number.POSITIVE_INFINITY;
  }

  get priority(): number {
    return this.#peek()?.priority ?? this.#priority;
  }

  push(task: Task): void {
    task.onSettledInQueue = this.#countSettled;
    this.#tasks.push(task);
  }

  /** Puts tasks that were taken back at the front. */
  putBack(tasks: readonly Task[]): void {
    for (const task of tasks) task.onSettledInQueue = this.#countSettled;
    this.#returned.unshift(...tasks);
  }

  take(): Task | undefined {
    const task = this.#peek();
    if (task === undefined) return undefined;
    task.onSettledInQueue = undefined;
    return this.#returned.length > 0 ? this.#returned.shift() : this.#tasks.shift();
  }

  fail(error: () => unknown): void {
    for (const task of this.takeAll()) this.#settle(task, error());
    this.#onFailed?.(error);
  }

  /** Takes all tasks. */
  takeAll(): Task[] {
    const all: Task[] = [];
    for (let task = this.take(); task !== undefined; task = this.take()) all.push(task);
    return all;
  }

  // A settled task is removed when it is next in line, so that a cancellation needs no search; or together with others,
  // so that tasks that were cancelled behind a long one do not add up.
  readonly #countSettled = () => {
    this.#settled += 1;
    if (this.#settled <= settledAllowed || this.#settled <= this.size) return;
    this.#tasks.removeSettled();
    this.#settled = this.#returned.filter((task) => task.isSettled).length;
  };

  // Skips tasks that were settled in the queue.
  #peek(): Task | undefined {
    if (this.#settled === 0) return this.#returned[0] ?? this.#tasks.first;
    while (this.#returned[0]?.isSettled) {
      this.#returned.shift();
      this.#settled -= 1;
    }
    if (this.#returned.length > 0) return this.#returned[0];
    while (this.#tasks.first?.isSettled) {
      this.#tasks.shift();
      this.#settled -= 1;
    }
    return this.#tasks.first;
  }
}
