import { readSync } from "node:fs";
import type { Socket } from "node:net";
import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../base/deferred.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import type { Channel } from "./channel.ts";
import { ChannelFrameReader, encodeChannelFrame } from "./channel-frame.ts";
import { Inbox } from "./inbox.ts";

/** A channel between two processes, over a socket or a pipe: frames of serialised values. */
export class StreamChannel implements Channel {
  readonly reach = "process";
  readonly #socket: Socket;
  readonly #closed = deferred();
  readonly #unframer = new ChannelFrameReader();
  /** The waiters of flushed(). They are kept here, since one listener on the socket for each would be too many. */
  readonly #flushing = new Set<() => void>();
  readonly #inbox = new Inbox();
  #isReading = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.unref();
    // A peer that crashes while it sends a message resets the connection. `closed` reports its end.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.#closed.resolve();
      for (const resolve of this.#flushing) resolve();
    });
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: unknown, transferList: readonly TransferListItem[] = []): void {
    this.write(serialize(message), transferList);
  }

  /** Sends a message that is serialised already. */
  write(payload: Uint8Array, transferList: readonly TransferListItem[] = []): void {
    const pieces = encodeChannelFrame(payload);
    detach(transferList);
    if (!this.#socket.writable) return;
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece, this.#onWritten);
    this.#socket.uncork();
  }

  // A write fails when the peer is gone. Node then closes the socket without reading what the peer sent before its end.
  readonly #onWritten = (error: Error | null | undefined) => {
    if (error) this.poll();
  };

  receive(deliver: (message: never) => void): void {
    this.#inbox.receive(deliver);
    this.#startReading();
  }

  /**
   * Takes the next message. Those after it are held for {@link receive}.
   *
   * @returns `undefined` when the other side is gone.
   */
  next(): Promise<unknown> {
    const next = this.#inbox.next();
    this.#startReading();
    return Promise.race([next, this.closed]);
  }

  #startReading(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#socket.on("data", (piece: Buffer) => this.#take(piece));
  }

  #take(piece: Buffer): void {
    for (const payload of this.#unframer.push(piece)) this.#inbox.add(deserialize(payload));
  }

  poll(): void {
    // Before that, Node's stream may hold data that came before the data in the descriptor.
    if (!this.#isReading) return;
    // Node offers no public access to a socket's descriptor.
    const { fd } = (this.#socket as unknown as { readonly _handle: { readonly fd: number } | null })._handle ?? {};
    if (fd === undefined || fd < 0) return;
    const piece = Buffer.allocUnsafe(4096);
    try {
      for (let bytes = readSync(fd, piece); bytes > 0; bytes = readSync(fd, piece)) {
        this.#take(Buffer.from(piece.subarray(0, bytes)));
      }
    } catch (error) {
      // EAGAIN: no more data. The event loop meets and reports any other error.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
    }
  }

  get isFlushed(): boolean {
    return this.#socket.writableLength === 0 || !this.#socket.writable;
  }

  flushed(): Promise<void> {
    if (this.isFlushed) return Promise.resolve();
    const { promise, resolve } = deferred();
    this.#flushing.add(resolve);
    // The callback of an empty write runs after all writes before it.
    this.#socket.write("", () => {
      this.#flushing.delete(resolve);
      resolve();
    });
    return promise;
  }

  ref(alive: boolean): void {
    if (alive) this.#socket.ref();
    else this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }
}

/**
 * Detaches transferred buffers in the sender. A message to another process holds copies of them; the sender must still
 * lose them, as it does between threads.
 */
export function detach(transferList: readonly TransferListItem[]): void {
  const buffers = transferList.filter((item) => item instanceof ArrayBuffer);
  if (buffers.length > 0) structuredClone(null, { transfer: buffers });
}
