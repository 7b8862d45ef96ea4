import { Fifo } from "../wire/fifo.ts";
import type { Task } from "./task.ts";
import type { TaskSource } from "./task-source.ts";

/** Tasks in the order in which they came. */
export class CallQueue implements TaskSource {
  readonly #tasks = new Fifo<Task>();
  /** Tasks that go before all others, since they were taken before: their worker died, and not by their doing. */
  readonly #returned: Task[] = [];
  readonly #failed: ((error: () => unknown) => void) | undefined;

  /** @param failed is told when what was not taken is given up. */
  constructor(failed?: (error: () => unknown) => void) {
    this.#failed = failed;
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

  /** Puts tasks back that were taken. */
  putBack(tasks: readonly Task[]): void {
    this.#returned.unshift(...tasks);
  }

  take(): Task | undefined {
    if (this.#peek() === undefined) return undefined;
    return this.#returned.length > 0 ? this.#returned.shift() : this.#tasks.shift();
  }

  fail(error: () => unknown): void {
    this.drop(error);
    this.#failed?.(error);
  }

  /** As {@link fail}, by whoever made the queue. */
  drop(error: () => unknown): void {
    for (let task = this.take(); task !== undefined; task = this.take()) task.settle({ error: error() });
  }

  // Tasks that were settled while they waited are passed over here, so that cancelling one costs nothing.
  #peek(): Task | undefined {
    while (this.#returned[0]?.isSettled) this.#returned.shift();
    if (this.#returned.length > 0) return this.#returned[0];
    while (this.#tasks.first?.isSettled) this.#tasks.shift();
    return this.#tasks.first;
  }
}
