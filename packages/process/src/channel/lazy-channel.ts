import { readSync, writevSync } from "node:fs";
import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../base/deferred.ts";
import { observer } from "../base/observer.ts";
import { whilePermitted } from "../base/permission.ts";
import { detachBuffers } from "../codec/detach-buffers.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import type { Channel, Directions } from "./channel.ts";
import { encodeChannelFrame, headerBytes } from "./channel-frame.ts";
import { Inbox } from "./inbox.ts";
import { StreamChannel } from "./stream-channel.ts";

/** Delay in milliseconds after which a child that is still in its event loop opens the socket and listens. */
const openAfterMs = 20;
/**
 * How many bytes are written to the bare descriptor in all. The pipe of any system buffers this much, so that the
 * write does not block while the parent reads nothing.
 */
const mostDirectBytes = 4096;

/**
 * A child's end of a {@link StreamChannel} that opens its socket only when it needs one. A target that returns at once
 * needs none: the child reads its first message, and writes a few short ones, on the bare descriptor. The code and
 * handles of a socket would add a twentieth to the start of a process.
 */
export class LazyChannel implements Channel {
  readonly reach = "process";
  readonly #fd: number;
  #directions: Directions | undefined;
  readonly #closed = deferred();
  #stream: StreamChannel | undefined;
  #bytesWritten = 0;
  readonly #inbox = new Inbox();

  /** @param fd a socket or a pipe in blocking mode. */
  constructor(fd: number) {
    this.#fd = fd;
    setTimeout(() => this.#open(), openAfterMs).unref();
  }

  /**
   * Waits for the first message, and reads nothing beyond it. Must be called before any other method.
   *
   * @returns `undefined` when the other side is gone.
   */
  readFirst(): unknown {
    const header = this.#read(headerBytes);
    const payload = header && this.#read(header.readUInt32BE());
    return payload && deserialize(payload);
  }

  get directions(): Directions | undefined {
    return this.#directions;
  }

  set directions(directions: Directions | undefined) {
    this.#directions = directions;
    if (this.#stream !== undefined) this.#stream.directions = directions;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList: readonly TransferListItem[] = []): void {
    const payload = serialize(message);
    if (this.#stream !== undefined || !this.#write(payload)) this.#open().write(payload);
    detachBuffers(transferList);
  }

  receive(deliver: (message: never) => void): void {
    this.#inbox.receive(deliver);
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

  flushSync(): void {
    this.#stream?.flushSync();
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
      const socket = whilePermitted("Cannot receive messages from the parent", () => new Socket({ fd: this.#fd }));
      this.#stream = new StreamChannel(socket);
      this.#stream.directions = this.#directions;
      void this.#stream.closed.then(() => this.#closed.resolve());
      this.#stream.receive((message) => this.#inbox.add(message));
    }
    return this.#stream;
  }

  // Writes the whole message or nothing. An error is not reported here: the socket meets it as well.
  #write(payload: Uint8Array): boolean {
    const bytes = headerBytes + payload.byteLength;
    if (this.#bytesWritten + bytes > mostDirectBytes) return false;
    try {
      writevSync(this.#fd, encodeChannelFrame(payload));
    } catch {
      return false;
    }
    this.#bytesWritten += bytes;
    if (observer !== undefined && this.#directions !== undefined) {
      observer.message("sent", this.#directions.out, payload.byteLength);
    }
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
