import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../../base/deferred.ts";
import { deserialize, serialize } from "../../codec/serialize.ts";
import type { SocketConnection } from "../../connection/socket-connection.ts";
import type { CallChannel } from "./call-channel.ts";

/** A channel over a connection whose two sides have shown each other their key. What is no message ends it. */
export class ConnectionChannel implements CallChannel {
  readonly reach = "process";
  readonly #connection: SocketConnection;
  readonly #mostUnread: number | undefined;
  readonly #closed = deferred();
  #deliver: ((message: never) => void) | undefined;

  /** @param mostUnread while more bytes than this wait for the other side to read them, nothing of it is delivered. Default: no limit. */
  constructor(connection: SocketConnection, mostUnread?: number) {
    this.#connection = connection;
    this.#mostUnread = mostUnread;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList: readonly TransferListItem[] = []): void {
    const bytes = serialize(message);
    const buffers = transferList.filter((item) => item instanceof ArrayBuffer);
    if (buffers.length > 0) structuredClone(null, { transfer: buffers });
    this.#connection.post(bytes);
  }

  receive(deliver: (message: never) => void): void {
    const begin = this.#deliver === undefined;
    this.#deliver = deliver;
    if (!begin) return;
    void this.#connection.deliver((bytes) => this.#read(bytes), this.#mostUnread).then(() => this.close());
  }

  flushed(): Promise<void> {
    return this.#connection.flushed();
  }

  ref(alive: boolean): void {
    this.#connection.keepAlive(alive);
  }

  close(): void {
    this.#connection.close();
    this.#closed.resolve();
  }

  #read(bytes: Buffer): void {
    let message: unknown;
    try {
      message = deserialize(bytes);
    } catch {
      this.close();
      return;
    }
    this.#deliver?.(message as never);
  }
}
