import type { MessagePort, TransferListItem } from "node:worker_threads";
import { deferred } from "../base/deferred.ts";
import { observer } from "../base/observer.ts";
import type { Channel, Directions } from "./channel.ts";
import { Inbox } from "./inbox.ts";

/** A channel between two threads, over a MessagePort. */
export class PortChannel implements Channel {
  readonly reach = "thread";
  directions: Directions | undefined;
  readonly #port: MessagePort;
  readonly #receiveMessageOnPort = process.getBuiltinModule("node:worker_threads").receiveMessageOnPort;
  readonly #closed = deferred();
  readonly #inbox = new Inbox();
  #isOpen = true;

  constructor(port: MessagePort) {
    this.#port = port;
    port.once("close", () => {
      this.#isOpen = false;
      this.#closed.resolve();
    });
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList?: readonly TransferListItem[]): void {
    this.#port.postMessage(message, transferList ?? []);
    if (observer !== undefined && this.directions !== undefined) observer.message("sent", this.directions.out, null);
  }

  receive(deliver: (message: never) => void): void {
    this.#inbox.receive(deliver);
    this.#port.on("message", (message) => this.#add(message));
    this.#port.unref();
  }

  poll(): void {
    // A port that the other side closed must not be polled: Node 20 would read freed memory.
    while (this.#isOpen) {
      const next = this.#receiveMessageOnPort(this.#port);
      if (next === undefined) return;
      this.#add(next.message);
    }
  }

  #add(message: unknown): void {
    if (observer !== undefined && this.directions !== undefined) observer.message("received", this.directions.in, null);
    this.#inbox.add(message);
  }

  get isFlushed(): boolean {
    return true;
  }

  flushed(): Promise<void> {
    return Promise.resolve();
  }

  // A port has no messages that another thread does not have.
  flushSync(): void {}

  /**
   * Delivers the messages that have arrived, then closes the channel. For a peer that has ended: Node may report its
   * exit before the event loop delivers its last messages.
   */
  drain(): void {
    this.poll();
    this.close();
  }

  ref(alive: boolean): void {
    if (alive) this.#port.ref();
    else this.#port.unref();
  }

  close(): void {
    this.#isOpen = false;
    this.#port.close();
    this.#closed.resolve();
  }
}
