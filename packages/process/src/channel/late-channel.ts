import { readSync, writevSync } from "node:fs";
import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../base/deferred.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import type { Channel } from "./channel.ts";
import { frame, headerBytes } from "./channel-frame.ts";
import { detach, StreamChannel } from "./stream-channel.ts";

/** How long a child is at its event loop before it listens to its parent unasked, in milliseconds. */
const longestDeafMs = 20;
/** What is written without a socket, in bytes, in all: any system's pipe takes that much at once, whoever reads it. */
const longestWritten = 4096;

/**
 * A child's end of a {@link StreamChannel}, whose socket is opened when it is needed. A target that returns at once never needs
 * it: the first message is read, and a few short ones are written, on the bare descriptor. All that belongs to a socket would be a
 * twentieth of what the start of a process costs.
 */
export class LateChannel implements Channel {
  readonly reach = "process";
  readonly #fd: number;
  readonly #closed = deferred();
  #stream: StreamChannel | undefined;
  #written = 0;
  #deliver: ((message: never) => void) | undefined;

  /** @param fd a socket or a pipe that blocks. */
  constructor(fd: number) {
    this.#fd = fd;
    setTimeout(() => this.#open(), longestDeafMs).unref();
  }

  /** Waits for the first message, and reads nothing beyond it; `undefined` when the other side is gone. To be called first. */
  first(): unknown {
    const header = this.#read(headerBytes);
    const payload = header && this.#read(header.readUInt32BE());
    return payload && deserialize(payload);
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList: readonly TransferListItem[] = []): void {
    const payload = serialize(message);
    if (this.#stream !== undefined || !this.#write(payload)) this.#open().write(payload);
    detach(transferList);
  }

  receive(deliver: (message: never) => void): void {
    this.#deliver = deliver;
    this.#stream?.receive(deliver);
  }

  poll(): void {
    this.#open().poll();
  }

  get isFlushed(): boolean {
    return this.#stream?.isFlushed ?? true;
  }

  flushed(): Promise<void> {
    return this.#stream?.flushed() ?? Promise.resolve();
  }

  ref(alive: boolean): void {
    if (alive || this.#stream !== undefined) this.#open().ref(alive);
  }

  close(): void {
    this.#open().close();
  }

  #open(): StreamChannel {
    if (this.#stream === undefined) {
      const { Socket } = process.getBuiltinModule("node:net");
      this.#stream = new StreamChannel(new Socket({ fd: this.#fd }));
      void this.#stream.closed.then(() => this.#closed.resolve());
      if (this.#deliver !== undefined) this.#stream.receive(this.#deliver);
    }
    return this.#stream;
  }

  // All of it or nothing; what stands in the way, the socket will meet as well.
  #write(payload: Uint8Array): boolean {
    const bytes = headerBytes + payload.byteLength;
    if (this.#written + bytes > longestWritten) return false;
    try {
      writevSync(this.#fd, frame(payload));
    } catch {
      return false;
    }
    this.#written += bytes;
    return true;
  }

  #read(bytes: number): Buffer | undefined {
    const all = Buffer.allocUnsafe(bytes);
    for (let at = 0; at < bytes; ) {
      const read = readSync(this.#fd, all, at, Math.min(bytes - at, 2 ** 30), null);
      if (read === 0) return undefined;
      at += read;
    }
    return all;
  }
}
