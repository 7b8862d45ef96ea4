import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { ToPool } from "../wire/pool-message.ts";

/** What a worker needs of whoever connects it with its pool. */
export interface WorkerLine {
  readonly reach: Reach;
  /** @throws what cloning throws; nothing was sent then. */
  send(message: ToPool, transferList?: readonly TransferListItem[]): void;
  /** Delivers what has come without going back to the event loop. */
  poll(): void;
  /** Whether all that was sent has left this worker, so that the pool gets it whatever becomes of this worker. */
  readonly isFlushed: boolean;
  /** Resolves when what was sent has left this worker. */
  flushed(): Promise<void>;
}
