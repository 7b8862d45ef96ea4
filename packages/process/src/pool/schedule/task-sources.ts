import { agingMs } from "./priority-queue.ts";
import type { Task } from "./task.ts";
import type { TaskSource } from "./task-source.ts";

/**
 * All task sources of a worker set. Sources take turns, so that a long map does not delay single calls. In strict
 * order, the task that has waited longest is next. Once a task had a priority, the sources whose next tasks have the
 * highest priority take turns; a priority ages while its task waits, as in a `PriorityQueue`.
 */
export class TaskSources {
  readonly #sources: TaskSource[];
  readonly #isStrictlyOrdered: boolean;
  readonly #workers: () => number;
  #turn = 0;
  /** Whether a task had a priority. */
  usesPriority = false;

  /** @param workers how many workers share a source. */
  constructor(first: TaskSource, workers: () => number, isStrictlyOrdered: boolean) {
    this.#sources = [first];
    this.#workers = workers;
    this.#isStrictlyOrdered = isStrictlyOrdered;
  }

  /** How many tasks are queued. */
  get size(): number {
    let size = 0;
    for (const source of this.#sources) size += source.size;
    return size;
  }

  /** Adds a source. @returns a function that removes it. */
  add(source: TaskSource): () => void {
    this.#sources.push(source);
    if (source.priority !== 0) this.usesPriority = true;
    return () => {
      const at = this.#sources.indexOf(source);
      if (at >= 0) this.#sources.splice(at, 1);
    };
  }

  /** Whether the next task needs a worker for itself; `undefined` when there is no task. */
  peekExclusive(): boolean | undefined {
    return this.#next()?.nextIsExclusive;
  }

  /** Takes the next task. */
  take(): Task | undefined {
    const source = this.#next();
    this.#turn += 1;
    return source?.take(this.#workers());
  }

  /** Settles all tasks that were not taken with an error. */
  fail(error: () => unknown): void {
    for (const source of [...this.#sources]) source.fail(error);
  }

  #next(): TaskSource | undefined {
    return this.usesPriority ? this.#nextByPriority() : this.#nextByTurn();
  }

  #nextByPriority(): TaskSource | undefined {
    const { length } = this.#sources;
    const now = performance.now();
    let found: number | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < length; i++) {
      const at = (this.#turn + i) % length;
      const source = this.#sources[at] as TaskSource;
      if (source.size === 0) continue;
      const level = source.priority + Math.floor((now - source.waitingSince) / agingMs);
      if (level <= highest) continue;
      highest = level;
      found = at;
    }
    if (found === undefined) return undefined;
    this.#turn = found;
    return this.#sources[found];
  }

  #nextByTurn(): TaskSource | undefined {
    const { length } = this.#sources;
    let found: number | undefined;
    for (let i = 0; i < length; i++) {
      const at = (this.#turn + i) % length;
      const source = this.#sources[at] as TaskSource;
      if (source.size === 0) continue;
      const oldest = found === undefined ? undefined : (this.#sources[found] as TaskSource).waitingSince;
      if (oldest === undefined || source.waitingSince < oldest) found = at;
      if (!this.#isStrictlyOrdered) break;
    }
    if (found === undefined) return undefined;
    this.#turn = found;
    return this.#sources[found];
  }
}
