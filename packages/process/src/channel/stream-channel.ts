import { readSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../base/deferred.ts";
import { observer } from "../base/observer.ts";
import { detachBuffers } from "../codec/detach-buffers.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import type { Channel, Directions } from "./channel.ts";
import { ChannelFrameReader, encodeChannelFrame } from "./channel-frame.ts";
import { Inbox } from "./inbox.ts";

interface SocketHandle {
  readonly fd: number;
  readonly writeQueueSize: number;
}

/** A channel between two processes, over a socket or a pipe: frames of serialised values. */
export class StreamChannel implements Channel {
  readonly reach = "process";
  directions: Directions | undefined;
  readonly #socket: Socket;
  readonly #closed = deferred();
  readonly #unframer = new ChannelFrameReader();
  readonly #inbox = new Inbox();
  #isReading = false;
  /** The pieces that the socket has and may not have written. */
  #writing: readonly Uint8Array[] = [];
  /** The pieces that follow. The socket gets them when it has written those, so that flushSync() knows the rest. */
  #queued: Uint8Array[] = [];
  /** The waiters of flushed(). */
  readonly #flushing: (() => void)[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.unref();
    // A peer that crashes while it sends a message resets the connection. `closed` reports its end.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.#closed.resolve();
      this.#settle();
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
    detachBuffers(transferList);
    if (!this.#socket.writable) return;
    if (observer !== undefined && this.directions !== undefined) {
      observer.message("sent", this.directions.out, payload.byteLength);
    }
    if (this.#socket.writableLength === 0) this.#write(pieces);
    else this.#queued.push(...pieces);
  }

  #write(pieces: readonly Uint8Array[]): void {
    this.#writing = pieces;
    if (pieces.length > 1) this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece, piece === pieces.at(-1) ? this.#onWritten : undefined);
    this.#socket.uncork();
  }

  readonly #onWritten = (error: Error | null | undefined) => {
    // A write fails when the peer is gone. Node then closes the socket without reading what the peer sent before its
    // end.
    if (error) this.poll();
    // A later write is under way; its callback follows.
    if (this.#socket.writableLength > 0) return;
    this.#writing = [];
    if (this.#queued.length > 0 && this.#socket.writable) this.#write(this.#queued.splice(0));
    else this.#settle();
  };

  #settle(): void {
    this.#writing = [];
    this.#queued = [];
    for (const resolve of this.#flushing.splice(0)) resolve();
  }

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
    for (const payload of this.#unframer.push(piece)) {
      if (observer !== undefined && this.directions !== undefined) {
        observer.message("received", this.directions.in, payload.byteLength);
      }
      this.#inbox.add(deserialize(payload));
    }
  }

  poll(): void {
    // Before that, Node's stream may hold data that came before the data in the descriptor.
    if (!this.#isReading) return;
    const { fd } = this.#handle ?? {};
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

  /** How many of the bytes that were written the system has taken. */
  get takenBytes(): number {
    return this.#socket.bytesWritten - (this.#handle?.writeQueueSize ?? 0);
  }

  get isFlushed(): boolean {
    return (this.#socket.writableLength === 0 && this.#queued.length === 0) || !this.#socket.writable;
  }

  flushed(): Promise<void> {
    if (this.isFlushed) return Promise.resolve();
    const { promise, resolve } = deferred();
    this.#flushing.push(resolve);
    return promise;
  }

  flushSync(): void {
    if (this.isFlushed) return;
    const { fd, writeQueueSize = 0 } = this.#handle ?? {};
    if (fd === undefined || fd < 0) return;
    const writing = Buffer.concat(this.#writing);
    const rest = [writing.subarray(writing.byteLength - writeQueueSize), ...this.#queued];
    try {
      for (const piece of rest) writeAllSync(fd, piece);
    } catch {
      // The other side is gone.
    }
    // Whatever the event loop still wrote would arrive twice.
    this.#socket.destroy();
    this.#settle();
  }

  // Node offers no public access to a socket's descriptor, nor to how much of a write the system has not taken yet.
  get #handle(): SocketHandle | null {
    return (this.#socket as unknown as { readonly _handle: SocketHandle | null })._handle;
  }

  ref(alive: boolean): void {
    if (alive) this.#socket.ref();
    else this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }
}

// Blocks while a pipe in non-blocking mode is full.
function writeAllSync(fd: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.byteLength; ) {
    try {
      at += writeSync(fd, piece, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(never, 0, 0, 1);
    }
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));
