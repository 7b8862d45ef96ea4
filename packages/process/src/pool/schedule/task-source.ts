import type { Task } from "./task.ts";

/** Where tasks come from: the queue of single calls, or a `map` or `imap` that cuts a chunk when a worker is free. */
export interface TaskSource {
  /** How many tasks may be taken now, as far as is known. */
  readonly size: number;
  /** Whether the next task needs a worker for itself. */
  readonly nextIsExclusive: boolean;
  /** When the next task was queued, by `performance.now()`. */
  readonly waitingSince: number;
  /** The priority of the next task. */
  readonly priority: number;
  /** Whether tasks that take long are run a second time on idle workers. Default: false. */
  readonly speculates?: boolean;
  /** Takes the next task. @param workers how many workers share the remaining items. */
  take(workers: number): Task | undefined;
  /** Settles all tasks that were not taken with an error. */
  fail(error: () => unknown): void;
}
