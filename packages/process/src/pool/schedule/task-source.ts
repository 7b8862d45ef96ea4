import type { Task } from "./task.ts";

/** Where tasks come from: the queue of single calls, or one `map` or `imap` that cuts its chunks as workers ask for them. */
export interface TaskSource {
  /** How many tasks may be taken now, as far as is known. */
  readonly size: number;
  /** Whether the next task wants a worker for itself. */
  readonly nextIsExclusive: boolean;
  /** Since when the next task waits, as `performance.now()` counts. */
  readonly waitingSince: number;
  /** Takes the next task. @param workers how many there are to share the rest. */
  take(workers: number): Task | undefined;
  /** Gives up all that was not taken. */
  fail(error: () => unknown): void;
}
