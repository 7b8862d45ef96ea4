import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../../base/deferred.ts";
import { Inbox } from "../../channel/inbox.ts";
import { detachBuffers } from "../../codec/detach-buffers.ts";
import { deserialize, serialize } from "../../codec/serialize.ts";
import type { SocketConnection } from "../../connection/socket-connection.ts";
import type { CallChannel } from "./call-transport.ts";

/** A channel over an authenticated connection. A message that cannot be read closes it. */
export class ConnectionChannel implements CallChannel {
  readonly reach = "process";
  readonly #connection: SocketConnection;
  readonly #maxUnreadBytes: number | undefined;
  readonly #closed = deferred();
  readonly #inbox = new Inbox();

  /**
   * @param maxUnreadBytes while more bytes than this wait for the peer to read them, none of its messages is
   *   delivered. Default: no limit.
   */
  constructor(connection: SocketConnection, maxUnreadBytes?: number) {
    this.#connection = connection;
    this.#maxUnreadBytes = maxUnreadBytes;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList: readonly TransferListItem[] = []): void {
    const bytes = serialize(message);
    detachBuffers(transferList);
    this.#connection.post(bytes);
  }

  receive(onMessage: (message: never) => void): void {
    this.#inbox.receive(onMessage);
    void this.#connection.deliver((bytes) => this.#read(bytes), this.#maxUnreadBytes).then(() => this.close());
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
    this.#inbox.add(message);
  }
}
