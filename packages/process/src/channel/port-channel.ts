import type { MessagePort, TransferListItem } from "node:worker_threads";
import { deferred } from "../base/deferred.ts";
import type { Channel } from "./channel.ts";

/** A channel between two threads, over a MessagePort. */
export class PortChannel implements Channel {
  readonly reach = "thread";
  readonly #port: MessagePort;
  readonly #receiveMessageOnPort = process.getBuiltinModule("node:worker_threads").receiveMessageOnPort;
  readonly #closed = deferred();
  #open = true;
  #deliver: ((message: never) => void) | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.once("close", () => {
      this.#open = false;
      this.#closed.resolve();
    });
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList?: readonly TransferListItem[]): void {
    this.#port.postMessage(message, transferList ?? []);
  }

  receive(deliver: (message: never) => void): void {
    const begin = this.#deliver === undefined;
    this.#deliver = deliver;
    if (!begin) return;
    this.#port.on("message", (message) => this.#deliver?.(message as never));
    this.#port.unref();
  }

  poll(): void {
    // A port that has closed by itself must not be asked: Node 20 would read freed memory.
    while (this.#open) {
      const next = this.#receiveMessageOnPort(this.#port);
      if (next === undefined) return;
      this.#deliver?.(next.message as never);
    }
  }

  get isFlushed(): boolean {
    return true;
  }

  flushed(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Delivers what has arrived but was not delivered yet, then counts as closed. For a peer that is known to have ended: its
   * exit may be reported before the event loop comes to its last messages.
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
    this.#open = false;
    this.#port.close();
    this.#closed.resolve();
  }
}
