import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";

/**
 * Messages between a parent and its child, in order, each whole. One side's `send` is the other's `receive`.
 *
 * A channel does not keep the program alive unless it is told to.
 */
export interface Channel {
  /** How far it goes, and with it what memory can be shared over it. */
  readonly reach: Reach;
  /**
   * Sends a message. Nothing happens when the other side is gone: that is learnt from {@link closed}.
   *
   * @param transferList what is to be moved rather than copied. Default: nothing.
   * @throws what cloning throws when the message cannot be cloned; nothing was sent then.
   */
  send(message: unknown, transferList?: readonly TransferListItem[]): void;
  /** Begins to deliver messages; those that came before wait for it. A later call takes the place of the earlier. */
  receive(deliver: (message: never) => void): void;
  /** Delivers what has come without going back to the event loop; for code that does not come back to it for long. */
  poll(): void;
  /** Whether all that was sent has left this process, so that it arrives whatever becomes of this side. */
  readonly isFlushed: boolean;
  /** Resolves when what was sent has left this process. */
  flushed(): Promise<void>;
  /** Resolves when the other side is gone and everything that it sent was delivered. */
  readonly closed: Promise<void>;
  /** Whether waiting for messages keeps the program alive. It does not at first. */
  ref(alive: boolean): void;
  /** Ends the channel; the other side learns of it. */
  close(): void;
}
