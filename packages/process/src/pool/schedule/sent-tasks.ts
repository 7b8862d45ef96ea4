import type { Task } from "./task.ts";

/** Work sent ahead to a worker, in milliseconds that it is expected to take: it covers the way of a message there and back. */
const aheadMs = 2;
const aheadTasks = 256;

/** The tasks that a worker was sent and has not answered, and how long they are expected to keep it busy. */
export class InFlight {
  // Workers answer in order, so that what is asked for is nearly always the first: a list is quicker than a map then.
  readonly #tasks: Task[] = [];
  readonly #loads: number[] = [];
  #loadMs = 0;

  /** In the order in which they were sent; the first is the one that runs. */
  get tasks(): readonly Task[] {
    return this.#tasks;
  }

  get isEmpty(): boolean {
    return this.#tasks.length === 0;
  }

  /** Whether what was sent ahead has run down, so that more is worth a message. */
  get isLow(): boolean {
    return this.#loadMs <= aheadMs / 2 && this.#tasks.length <= aheadTasks / 2 && this.#tasks[0]?.isExclusive !== true;
  }

  /** Whether there is enough for the worker not to wait for the next message. */
  get isFull(): boolean {
    return this.#tasks.length > 0 && (this.#loadMs >= aheadMs || this.#tasks.length >= aheadTasks);
  }

  /** @param mayBeLarge whether its values may be large: only a few of those are sent ahead. */
  add(task: Task, mayBeLarge: boolean): void {
    const expected = (task.spec.fn.longMs ?? aheadMs) * task.items;
    const loadMs = mayBeLarge ? Math.max(expected, aheadMs / 16) : expected;
    this.#tasks.push(task);
    this.#loads.push(loadMs);
    this.#loadMs += loadMs;
  }

  /** @returns the task with that id, which is not among them any more. */
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
