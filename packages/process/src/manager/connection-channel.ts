import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../base/deferred.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import type { SocketConnection } from "../connection/socket-connection.ts";
import type { CallChannel } from "./call-channel.ts";

/** A channel over a connection whose two sides have shown each other their key. What is no message ends it. */
export class ConnectionChannel implements CallChannel {
  readonly reach = "process";
  readonly #connection: SocketConnection;
  readonly #closed = deferred();
  readonly #pending = new Set<Promise<void>>();
  #deliver: ((message: never) => void) | undefined;
  #alive = false;

  constructor(connection: SocketConnection) {
    this.#connection = connection;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList: readonly TransferListItem[] = []): void {
    const bytes = serialize(message);
    const buffers = transferList.filter((item) => item instanceof ArrayBuffer);
    if (buffers.length > 0) structuredClone(null, { transfer: buffers });
    // That the other side is gone is learnt by who reads.
    const sent = this.#connection.sendBytes(bytes).catch(() => {});
    this.#pending.add(sent);
    void sent.then(() => this.#pending.delete(sent));
  }

  receive(deliver: (message: never) => void): void {
    const begin = this.#deliver === undefined;
    this.#deliver = deliver;
    if (begin) void this.#read();
  }

  async flushed(): Promise<void> {
    await Promise.all(this.#pending);
  }

  ref(alive: boolean): void {
    this.#alive = alive;
    this.#connection.keepAlive(alive);
  }

  close(): void {
    this.#connection.close();
    this.#closed.resolve();
  }

  async #read(): Promise<void> {
    this.#connection.keepAlive(this.#alive);
    try {
      for (;;) this.#deliver?.(deserialize(await this.#connection.recvBytes()) as never);
    } catch {
      this.close();
    }
  }
}
