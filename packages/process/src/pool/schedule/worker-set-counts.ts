/** What a crew has done so far. */
export class CrewCounts {
  /** Tasks whose items all gave a value. */
  succeeded = 0;
  /** Tasks of which an item failed. */
  failed = 0;
  /** Tasks that were cancelled or ran out of time. */
  cancelled = 0;
  /** Tasks that were run again after they had ended their worker. */
  retried = 0;
  /** Workers that died unasked. */
  died = 0;
  /** Workers that were replaced for their tasks or their memory. */
  recycled = 0;
  /** Milliseconds that tasks waited for a worker, all together. */
  waitedMs = 0;
  /** Milliseconds that tasks ran, all together. */
  ranMs = 0;
}
