import { readSync } from "node:fs";
import type { Socket } from "node:net";
import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../base/deferred.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import type { Channel } from "./channel.ts";
import { frame, Unframer } from "./channel-frame.ts";

/** A channel between two processes, over a socket or a pipe: frames of serialised values. */
export class StreamChannel implements Channel {
  readonly reach = "process";
  readonly #socket: Socket;
  readonly #closed = deferred();
  readonly #unframer = new Unframer();
  /** Who waits until all is written; many messages under way are many of them, so none listens to the socket by itself. */
  readonly #flushing = new Set<() => void>();
  #deliver: ((message: never) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.unref();
    // A peer that dies in the midst of a message resets the connection; that it is gone is all there is to know.
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

  /** Sends a message that was serialised before. */
  write(payload: Uint8Array, transferList: readonly TransferListItem[] = []): void {
    const pieces = frame(payload);
    detach(transferList);
    if (!this.#socket.writable) return;
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece, this.#written);
    this.#socket.uncork();
  }

  // The peer is gone, and Node is about to close the socket, with what the peer had sent still in it.
  readonly #written = (error: Error | null | undefined) => {
    if (error) this.poll();
  };

  receive(deliver: (message: never) => void): void {
    const begin = this.#deliver === undefined;
    this.#deliver = deliver;
    if (!begin) return;
    this.#socket.on("data", (piece: Buffer) => this.#take(piece));
  }

  #take(piece: Buffer): void {
    for (const payload of this.#unframer.push(piece)) this.#deliver?.(deserialize(payload) as never);
  }

  poll(): void {
    // Node keeps the descriptor of a socket to itself; this is its only name.
    const { fd } = (this.#socket as unknown as { readonly _handle: { readonly fd: number } | null })._handle ?? {};
    if (fd === undefined || fd < 0) return;
    const piece = Buffer.allocUnsafe(4096);
    try {
      for (let bytes = readSync(fd, piece); bytes > 0; bytes = readSync(fd, piece)) {
        this.#take(Buffer.from(piece.subarray(0, bytes)));
      }
    } catch (error) {
      // Nothing more has come. Any other fault the event loop will meet as well.
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
    // An empty write is done when all before it are.
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

/** What moves to another process is copied into the message; the sender loses it all the same, as between threads. */
export function detach(transferList: readonly TransferListItem[]): void {
  const buffers = transferList.filter((item) => item instanceof ArrayBuffer);
  if (buffers.length > 0) structuredClone(null, { transfer: buffers });
}
