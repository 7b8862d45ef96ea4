import type { Task } from "./task.ts";

/** How much work, in expected milliseconds, is sent ahead to a worker on this machine. */
const localAheadMs = 2;
/** How many tasks are sent ahead for each millisecond of work. */
const tasksPerMs = 128;
const mostTasks = 4096;

/** The tasks that a worker was sent and has not answered, and how long they are expected to keep it busy. */
export class SentTasks {
  // Workers answer in order, so the task to remove is nearly always the first: a list is faster than a map.
  readonly #tasks: Task[] = [];
  readonly #loads: (number | undefined)[] = [];
  #loadMs = 0;
  /** When the first task was sent, or was next after an answer, by `performance.now()`. */
  #firstSince = 0;
  /** How many of the tasks are of unknown duration: nothing is sent ahead behind them. */
  #unknownLoads = 0;
  readonly #concurrentTasks: number;
  readonly #roundTripMs: () => number;

  /**
   * @param concurrentTasks how many tasks the worker runs at a time.
   * @param roundTripMs how long a message and its answer take now, in milliseconds.
   */
  constructor(concurrentTasks: number, roundTripMs: () => number) {
    this.#concurrentTasks = concurrentTasks;
    this.#roundTripMs = roundTripMs;
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
    const aheadMs = this.#aheadMs;
    return (
      this.#unknownLoads === 0 &&
      this.#leftMs <= aheadMs / 2 &&
      this.#tasks.length <= mostAhead(aheadMs) / 2 &&
      this.#tasks[0]?.isExclusive !== true
    );
  }

  /** Whether the worker has enough work not to wait for the next message. */
  get isFull(): boolean {
    if (this.#concurrentTasks > 1) return this.#tasks.length >= this.#concurrentTasks;
    if (this.#unknownLoads > 0) return true;
    const aheadMs = this.#aheadMs;
    return this.#tasks.length > 0 && (this.#leftMs >= aheadMs || this.#tasks.length >= mostAhead(aheadMs));
  }

  /**
   * In how many milliseconds {@link isLow} becomes true without an answer; 0 when it does not. The answer to a long
   * task takes its time, in which the worker would wait for the next one.
   */
  get lowInMs(): number {
    if (this.#concurrentTasks > 1 || this.#unknownLoads > 0 || this.#tasks[0]?.isExclusive !== false) return 0;
    return this.#roundTripMs() > 0 ? Math.max(0, this.#leftMs - this.#aheadMs / 2) : 0;
  }

  /** Whether a task that may have to be killed, or whose time counts from its start, may be added. */
  get mayAddExclusive(): boolean {
    return this.#tasks.length === 0 || (this.#concurrentTasks > 1 && !this.isFull);
  }

  /** @param mayBeLarge whether the task's input may be large: only a few such tasks are sent ahead. */
  add(task: Task, mayBeLarge: boolean): void {
    if (this.#tasks.length === 0) this.#firstSince = performance.now();
    this.#tasks.push(task);
    const { longMs, meanMs } = task.spec.fn;
    if (longMs === undefined || meanMs === undefined) {
      this.#loads.push(undefined);
      this.#unknownLoads += 1;
      return;
    }
    // Of many calls, few take as long as the longest.
    const expected = longMs + meanMs * (task.items - 1);
    const loadMs = mayBeLarge ? Math.max(expected, this.#aheadMs / 16) : expected;
    this.#loads.push(loadMs);
    this.#loadMs += loadMs;
  }

  /** Removes the task with an id. @returns the task; `undefined` when there is none. */
  remove(id: number): Task | undefined {
    let at = 0;
    while (at < this.#tasks.length && this.#tasks[at]?.id !== id) at += 1;
    if (at === this.#tasks.length) return undefined;
    const task = this.#tasks[at];
    const loadMs = this.#loads[at];
    if (at === 0) {
      this.#tasks.shift();
      this.#loads.shift();
      if (this.#roundTripMs() > 0) this.#firstSince = performance.now();
    } else {
      this.#tasks.splice(at, 1);
      this.#loads.splice(at, 1);
    }
    if (loadMs === undefined) this.#unknownLoads -= 1;
    this.#loadMs = this.#tasks.length === 0 ? 0 : this.#loadMs - (loadMs ?? 0);
    return task;
  }

  /** How much work is left. On this machine, an answer comes soon enough to count from there. */
  get #leftMs(): number {
    const [first = 0] = this.#loads;
    if (this.#roundTripMs() === 0 || this.#tasks.length === 0) return this.#loadMs;
    return this.#loadMs - Math.min(first, performance.now() - this.#firstSince);
  }

  // More tasks are sent when half of the work is left, so half of it has to cover the round trip.
  get #aheadMs(): number {
    return localAheadMs + 2 * this.#roundTripMs();
  }
}

function mostAhead(aheadMs: number): number {
  return Math.min(mostTasks, aheadMs * tasksPerMs);
}
