import type { Task } from "./task.ts";
import type { TaskSource } from "./task-source.ts";

/** Tasks in the order in which they came. */
export class CallQueue implements TaskSource {
  #tasks: (Task | undefined)[] = [];
  #head = 0;
  /** Tasks that go before all others, since they were taken before: their worker died, and not by their doing. */
  #returned: Task[] = [];

  get size(): number {
    return this.#tasks.length - this.#head + this.#returned.length;
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
    const task = this.#peek();
    if (task === undefined) return undefined;
    if (this.#returned.length > 0) this.#returned.shift();
    else this.#advance();
    return task;
  }

  fail(error: () => unknown): void {
    for (let task = this.take(); task !== undefined; task = this.take()) task.settle({ error: error() });
  }

  // Tasks that were settled while they waited are passed over here, so that cancelling one costs nothing.
  #peek(): Task | undefined {
    while (this.#returned[0]?.isSettled) this.#returned.shift();
    if (this.#returned.length > 0) return this.#returned[0];
    while (this.#tasks[this.#head]?.isSettled) this.#advance();
    return this.#tasks[this.#head];
  }

  #advance(): void {
    // Let go of at once: what is queued behind may keep the array alive for long.
    this.#tasks[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#tasks.length) {
      this.#tasks = [];
      this.#head = 0;
    } else if (this.#head > 4096 && this.#head * 2 > this.#tasks.length) {
      this.#tasks = this.#tasks.slice(this.#head);
      this.#head = 0;
    }
  }
}
