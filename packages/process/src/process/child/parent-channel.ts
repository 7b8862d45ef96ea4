import type { TransferListItem } from "node:worker_threads";
import type { Channel } from "../../channel/channel.ts";
import { Inbox } from "../../channel/inbox.ts";
import type { ToParent } from "../info/start-message.ts";

/** Messages between the program that a child runs and the parent, over the channel that every child has. */
export class ParentChannel {
  readonly #channel: Channel;
  readonly #inbox = new Inbox();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Where the parent is. */
  get reach(): Channel["reach"] {
    return this.#channel.reach;
  }

  /**
   * Sends a message to the parent.
   *
   * @throws what cloning throws; nothing was sent then.
   */
  send(body: unknown, transferList?: readonly TransferListItem[]): void {
    this.#channel.send({ type: "message", body } satisfies ToParent, transferList);
  }

  /** Notifies the parent that code in this process listens for SIGTERM. */
  reportTerminationListener(): void {
    this.#channel.send({ type: "listensForTermination" } satisfies ToParent);
  }

  /** Receives the parent's messages, those that arrived before first, and keeps this program alive for them. */
  receive(deliver: (body: never) => void): void {
    this.#channel.ref(true);
    this.#inbox.receive(deliver);
  }

  /** Delivers received messages without returning to the event loop. */
  poll(): void {
    this.#channel.poll();
  }

  /** Whether all sent messages have left this process. */
  get isFlushed(): boolean {
    return this.#channel.isFlushed;
  }

  /** Resolves when all messages sent so far have left this process. */
  flushed(): Promise<void> {
    return this.#channel.flushed();
  }

  /** Passes a message of the parent's on to the program. */
  deliver(body: unknown): void {
    this.#inbox.add(body);
  }
}

let opened: ParentChannel | undefined;

/** Opens the channel, as the first step of a child. */
export function openParentChannel(channel: Channel): ParentChannel {
  opened = new ParentChannel(channel);
  return opened;
}

/**
 * The channel to the parent.
 *
 * @throws {Error} in the main process.
 */
export function parentChannel(): ParentChannel {
  if (opened === undefined) throw new Error("Cannot send to the parent: this is the main process");
  return opened;
}
