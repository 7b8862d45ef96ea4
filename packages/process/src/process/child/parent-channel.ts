import type { TransferListItem } from "node:worker_threads";
import type { Channel } from "../../channel/channel.ts";
import type { ToParent } from "../info/start-message.ts";

/** Messages between the program that a child runs and whoever started it, beside those that every child exchanges. */
export class ParentLine {
  readonly #channel: Channel;
  #receive: ((body: never) => void) | undefined;
  /** What came before anybody listened. */
  readonly #early: unknown[] = [];

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** How far what is sent goes. */
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

  /** Takes the parent's messages, and keeps this program alive for them. */
  receive(deliver: (body: never) => void): void {
    this.#receive = deliver;
    this.#channel.ref(true);
    for (const body of this.#early.splice(0)) deliver(body as never);
  }

  /** Delivers what has come without going back to the event loop. */
  poll(): void {
    this.#channel.poll();
  }

  /** Whether all that was sent has left this process. */
  get isFlushed(): boolean {
    return this.#channel.isFlushed;
  }

  /** Resolves when what was sent has left this process. */
  flushed(): Promise<void> {
    return this.#channel.flushed();
  }

  /** Passes on a message that came. */
  deliver(body: unknown): void {
    if (this.#receive === undefined) this.#early.push(body);
    else this.#receive(body as never);
  }
}

let line: ParentLine | undefined;

/** Opens the line, first thing in a child. */
export function openParentLine(channel: Channel): ParentLine {
  line = new ParentLine(channel);
  return line;
}

/** The line to the parent, in a child. */
export function parentLine(): ParentLine {
  if (line === undefined) throw new Error("Cannot talk to the parent: this is the main process");
  return line;
}
