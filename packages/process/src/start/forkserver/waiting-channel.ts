import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../../base/deferred.ts";
import type { Channel } from "../../channel/channel.ts";
import type { StreamChannel } from "../../channel/stream-channel.ts";
import { detachBuffers } from "../../codec/detach-buffers.ts";
import { serialize } from "../../codec/serialize.ts";

/** The channel to a child that has no descriptors yet. It keeps what is sent until it is connected. */
export class WaitingChannel implements Channel {
  readonly reach = "process";
  readonly #closed = deferred();
  readonly #connected = deferred();
  #target: StreamChannel | undefined;
  #unsent: Uint8Array[] = [];
  #deliver: ((message: never) => void) | undefined;

  /** Passes on everything to a channel from now on, and first what was kept. */
  connect(target: StreamChannel): void {
    this.#target = target;
    for (const payload of this.#unsent.splice(0)) target.write(payload);
    if (this.#deliver !== undefined) target.receive(this.#deliver);
    void target.closed.then(() => this.#closed.resolve());
    this.#connected.resolve();
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList: readonly TransferListItem[] = []): void {
    if (this.#target !== undefined) {
      this.#target.send(message, transferList);
      return;
    }
    this.#unsent.push(serialize(message));
    detachBuffers(transferList);
  }

  receive(deliver: (message: never) => void): void {
    this.#deliver = deliver;
    this.#target?.receive(deliver);
  }

  poll(): void {
    this.#target?.poll();
  }

  get isFlushed(): boolean {
    return this.#target?.isFlushed ?? this.#unsent.length === 0;
  }

  async flushed(): Promise<void> {
    await Promise.race([this.#connected.promise, this.closed]);
    await this.#target?.flushed();
  }

  flushSync(): void {
    this.#target?.flushSync();
  }

  ref(alive: boolean): void {
    this.#target?.ref(alive);
  }

  close(): void {
    this.#unsent = [];
    if (this.#target === undefined) this.#closed.resolve();
    else this.#target.close();
  }
}
