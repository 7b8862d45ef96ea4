/** Totals of a worker set since its start. */
export class WorkerSetCounts {
  /** Tasks whose items all gave a value. */
  succeeded = 0;
  /** Tasks with at least one failed item. */
  failed = 0;
  /** Tasks that were cancelled or ran out of time. */
  cancelled = 0;
  /** Tasks that were run again after they crashed their worker. */
  retried = 0;
  /** Workers that crashed or exited without being asked to. */
  died = 0;
  /** Workers that were replaced because of their number of tasks or their memory. */
  recycled = 0;
  /** The sum of the times that tasks waited for a worker, in milliseconds. */
  waitedMs = 0;
  /** The sum of the times that tasks ran, in milliseconds. */
  ranMs = 0;
}
