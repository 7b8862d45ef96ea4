import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";

/** The names of the two directions of a channel. */
export interface Directions {
  readonly out: string;
  readonly in: string;
}

/**
 * Messages between a parent and its child, in order, each whole. One side's `send` is the other's `receive`.
 *
 * A channel does not keep the program alive until {@link Channel.ref} says so.
 */
export interface Channel {
  /** Where the other side is, which decides what memory can be shared over the channel. */
  readonly reach: Reach;
  /** The names of its two directions for the observer, out and in. Default: its messages are not observed. */
  directions?: Directions | undefined;
  /**
   * Sends a message. Does nothing when the other side is gone: {@link closed} reports that.
   *
   * @param transferList objects to move rather than copy. Default: none.
   * @throws what cloning throws when the message cannot be cloned; nothing was sent then.
   */
  send(message: unknown, transferList?: readonly TransferListItem[]): void;
  /**
   * Delivers all messages from now on, those that arrived before first. Until then, the channel holds them.
   *
   * @throws {Error} when the channel has a receiver already.
   */
  receive(deliver: (message: never) => void): void;
  /** Delivers received messages now, for code that does not return to the event loop for long. */
  poll(): void;
  /** Whether all sent messages have left this process, so that they arrive even if it crashes now. */
  readonly isFlushed: boolean;
  /** Resolves when all messages sent so far have left this process. */
  flushed(): Promise<void>;
  /**
   * Blocks this thread until all messages have left this process, then closes the channel. For the end of the process,
   * whose event loop runs no more. Does nothing when all have left.
   */
  flushSync(): void;
  /** Resolves when the other side is gone and all its messages were delivered. */
  readonly closed: Promise<void>;
  /** Sets whether waiting for messages keeps the program alive. Default: it does not. */
  ref(alive: boolean): void;
  /** Closes the channel on both sides. */
  close(): void;
}
