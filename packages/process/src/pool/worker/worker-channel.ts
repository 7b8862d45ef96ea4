import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { MessageToPool } from "../wire/pool-message.ts";

/** The channel from a worker to its pool. */
export interface WorkerChannel {
  readonly reach: Reach;
  /** @throws the error of cloning the message; then nothing was sent. */
  send(message: MessageToPool, transferList?: readonly TransferListItem[]): void;
  /** Delivers the messages that have arrived, without a turn of the event loop. */
  poll(): void;
  /** Whether all sent messages have left this worker, so that the pool receives them even if the worker crashes now. */
  readonly isFlushed: boolean;
  /** Resolves when all sent messages have left this worker. */
  flushed(): Promise<void>;
}
