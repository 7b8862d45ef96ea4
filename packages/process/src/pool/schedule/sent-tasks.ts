import type { Task } from "./task.ts";

/** How much work, in expected milliseconds, is sent ahead to a worker: enough to cover a message's round trip. */
const aheadMs = 2;
const aheadTasks = 256;

/** The tasks that a worker was sent and has not answered, and how long they are expected to keep it busy. */
export class SentTasks {
  // Workers answer in order, so the task to remove is nearly always the first: a list is faster than a map.
  readonly #tasks: Task[] = [];
  readonly #loads: number[] = [];
  #loadMs = 0;
  readonly #concurrentTasks: number;

  /** @param concurrentTasks how many tasks the worker runs at a time. */
  constructor(concurrentTasks: number) {
    this.#concurrentTasks = concurrentTasks;
  }

  /** In the order of sending; the first is the one that runs. */
  get tasks(): readonly Task[] {
    return this.#tasks;
  }

  get isEmpty(): boolean {
    return this.#tasks.length === 0;
  }

  /** Whether so little work is left that another message is worth its cost. */
  get isLow(): boolean {
    if (this.#concurrentTasks > 1) return this.#tasks.length < this.#concurrentTasks;
    return this.#loadMs <= aheadMs / 2 && this.#tasks.length <= aheadTasks / 2 && this.#tasks[0]?.isExclusive !== true;
  }

  /** Whether the worker has enough work not to wait for the next message. */
  get isFull(): boolean {
    if (this.#concurrentTasks > 1) return this.#tasks.length >= this.#concurrentTasks;
    return this.#tasks.length > 0 && (this.#loadMs >= aheadMs || this.#tasks.length >= aheadTasks);
  }

  /** Whether a task that may have to be killed, or whose time counts from its start, may be added. */
  get mayAddExclusive(): boolean {
    return this.#tasks.length === 0 || (this.#concurrentTasks > 1 && !this.isFull);
  }

  /** @param mayBeLarge whether the task's input may be large: only a few such tasks are sent ahead. */
  add(task: Task, mayBeLarge: boolean): void {
    const expected = (task.spec.fn.longMs ?? aheadMs) * task.items;
    const loadMs = mayBeLarge ? Math.max(expected, aheadMs / 16) : expected;
    this.#tasks.push(task);
    this.#loads.push(loadMs);
    this.#loadMs += loadMs;
  }

  /** Removes the task with an id. @returns the task; `undefined` when there is none. */
  remove(id: number): Task | undefined {
    let at = 0;
    while (at < this.#tasks.length && this.#tasks[at]?.id !== id) at += 1;
    if (at === this.#tasks.length) return undefined;
    const task = this.#tasks[at];
    const loadMs = this.#loads[at] as number;
    if (at === 0) {
      this.#tasks.shift();
      this.#loads.shift();
    } else {
      this.#tasks.splice(at, 1);
      this.#loads.splice(at, 1);
    }
    this.#loadMs = this.#tasks.length === 0 ? 0 : this.#loadMs - loadMs;
    return task;
  }
}
