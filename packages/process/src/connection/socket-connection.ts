import type { Socket } from "node:net";
import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { type Deferred, deferred } from "../base/deferred.ts";
import { BrokenPipeError, ClosedError, EndOfFileError, ProcessStateError, TimeoutError } from "../base/errors.ts";
import { EventLoopRef } from "../base/event-loop-ref.ts";
import { checkOptionKeys } from "../base/options.ts";
import { type Handle, registerShareable, type Shareable, socketOf, toHandle } from "../base/shareable.ts";
import { type Pending, readiness, type Waitable } from "../base/waitable.ts";
import { ByteReceiver } from "./byte-receiver.ts";
import { ConnectionError } from "./connection-error.ts";
import {
  type ReceiveOptions,
  receiveKeys,
  type SendBytesOptions,
  selectBytes,
  sendBytesKeys,
} from "./message-bytes.ts";
import { PythonFrameReader, writePythonFrame } from "./python-frame.ts";
import { type Serializer, serializerNamed } from "./serializer.ts";
import type { SocketConnectionData, SocketConnectionOptions } from "./socket-connection-options.ts";
import { polledOnce, streamFlushed } from "./stream-readiness.ts";

interface Receiver extends Deferred<Buffer> {
  readonly maxBytes: number;
  served: boolean;
}

/**
 * A connection over a socket, as `Listener` and `Client` create it: whole messages both ways, in order, in the
 * framing of Python's `multiprocessing.connection`.
 *
 * It reads from the socket only while a receiver waits, so a sender that is faster than its receiver waits. A
 * connection keeps the program alive only while an operation waits for it.
 *
 * On Linux it can be sent to children and through pipes and queues. The receiver gets a copy, so close this one.
 *
 * Source: the wire format is that of CPython's `Lib/multiprocessing/connection.py`.
 */
export class SocketConnection extends ByteReceiver implements Waitable, Shareable {
  readonly #socket: Socket;
  readonly #serializer: Serializer;
  readonly #maxMessageBytes: number;
  readonly #frames = new PythonFrameReader();
  /** Calls of `recvBytes()` that wait, in order. */
  readonly #receivers: Receiver[] = [];
  /** Called at every change of state. */
  readonly #watchers = new Set<() => void>();
  /** Whether the peer has proved that it has the key. */
  #isTrusted = false;
  /** Whether nothing more can arrive. */
  #ended = false;
  /** The protocol violation that ended the connection. */
  #protocolError: ConnectionError | undefined;
  /** The socket's error that ended the connection. */
  #socketError: Error | undefined;
  #closed = false;
  /** Set by {@link deliver}: gets each message, instead of the receivers. */
  #onMessage: ((message: Buffer) => void) | undefined;
  /** While more bytes than this wait for the peer to read them, no message is delivered. */
  #maxUnreadBytes = Infinity;
  #isDelivering = false;
  /** Whether others may have copies of the descriptor. */
  #isShared = false;
  readonly #finished = deferred();
  readonly #eventLoopRef = new EventLoopRef((alive) => {
    if (alive) this.#socket.ref();
    else if (!this.#closed) this.#socket.unref();
  });

  /** @param socket a connected socket; the connection owns it from now on. */
  constructor(socket: Socket, options: SocketConnectionOptions = {}) {
    super();
    this.#socket = socket;
    this.#serializer = serializerNamed(options.serializer);
    this.#maxMessageBytes = options.maxMessageBytes ?? process.getBuiltinModule("node:buffer").constants.MAX_LENGTH;
    socket.unref();
    socket.on("data", (piece: Buffer) => this.#read(piece));
    socket.on("error", (cause) => this.#finish(cause));
    socket.on("drain", () => this.#notifyWatchers());
    socket.on("end", () => this.#finish());
    socket.on("close", () => this.#finish());
    socket.resume();
  }

  /** The handshakes call this when the peer has proved that it has the key. */
  trust(): void {
    this.#isTrusted = true;
  }

  /** Whether this side was closed. */
  override get closed(): boolean {
    return this.#closed;
  }

  override toString(): string {
    return `SocketConnection(${this.#closed ? "closed" : "open"})`;
  }

  /**
   * Sends a value. Resolves when the operating system has taken all of it.
   *
   * @throws {CloneError} when it cannot be sent; the error names the part. Nothing was sent then.
   * @throws {ClosedError} after `close()`; {BrokenPipeError} when the peer has closed the connection.
   */
  async send(value: unknown): Promise<void> {
    this.#checkOpen("send");
    await this.sendBytes(this.#serializer.write(value));
  }

  /**
   * Sends bytes as one message, which may be empty. Resolves when the operating system has taken all of them; they
   * must not change before.
   *
   * @throws {RangeError} when offset or size are outside of the bytes.
   * @throws {ClosedError} after `close()`; {BrokenPipeError} when the peer has closed the connection.
   */
  async sendBytes(bytes: ArrayBufferView | ArrayBuffer, options: SendBytesOptions = {}): Promise<void> {
    checkOptionKeys("sendBytes", options, sendBytesKeys);
    const payload = selectBytes(bytes, options);
    this.#checkOpen("send");
    const release = this.#eventLoopRef.addWait();
    try {
      await new Promise<void>((resolve, reject) => {
        writePythonFrame(this.#socket, payload, (error) => (error ? reject(error) : resolve()));
      });
    } catch (cause) {
      if (this.#closed) throw closedError("send");
      throw new BrokenPipeError("Cannot send: the other side of the connection has closed it", { cause });
    } finally {
      release();
    }
  }

  /**
   * Receives a value.
   *
   * A proxy of a manager's object does nothing before it is used. Other shareables are attached to at once, so they are
   * read only when the peer has proved in a handshake that it has the key.
   *
   * @throws {EndOfFileError} when every message was received and the peer has closed the connection.
   * @throws {TimeoutError} when time ran out; nothing was taken then.
   * @throws {ConnectionError} when the message is too long, truncated or not a value, or has such a shareable.
   */
  async recv(options: ReceiveOptions = {}): Promise<unknown> {
    return this.#serializer.read(await this.recvBytes(options), this.#isTrusted);
  }

  /**
   * Receives a message as bytes.
   *
   * @throws {EndOfFileError} when every message was received and the peer has closed the connection.
   * @throws {TimeoutError} when time ran out; nothing was taken then.
   * @throws {ConnectionError} when the message is too long or truncated.
   */
  async recvBytes(options: ReceiveOptions = {}): Promise<Buffer> {
    checkWaitOptions(options, receiveKeys);
    const { maxBytes = this.#maxMessageBytes } = options;
    if (!(maxBytes >= 0)) throw new RangeError(`Cannot receive: maxBytes is ${maxBytes}, write a number of bytes ≥ 0`);
    options.signal?.throwIfAborted();
    this.#checkOpen("receive");
    const receiver: Receiver = {
      ...deferred<Buffer>(),
      maxBytes: Math.min(maxBytes, this.#maxMessageBytes),
      served: false,
    };
    this.#receivers.push(receiver);
    const release = this.#eventLoopRef.addWait();
    try {
      this.#serveReceivers();
      const bytes = await withDeadline(receiver.promise, options);
      if (bytes !== timedOut) return bytes;
    } catch (error) {
      // The message was taken in the same loop iteration in which the wait ended: returning it loses nothing.
      if (receiver.served) return receiver.promise;
      throw error;
    } finally {
      release();
      const index = this.#receivers.indexOf(receiver);
      if (index >= 0) this.#receivers.splice(index, 1);
    }
    throw new TimeoutError(`Nothing was received within ${options.timeoutMs} ms: wait longer, or call poll() first`);
  }

  /**
   * Waits until there is a message or end of file. Takes nothing.
   *
   * @param options.timeoutMs limit in milliseconds; `Infinity` for no limit. Default: 0, checks once.
   * @returns `false` when time ran out.
   */
  async poll(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    const { timeoutMs = 0, signal } = options;
    signal?.throwIfAborted();
    this.#checkOpen("poll");
    const pending = this[readiness]();
    if (pending === null) return true;
    try {
      // Data in the operating system's buffer is visible only after the event loop has polled the socket.
      if (timeoutMs === 0) await Promise.race([pending.ready, polledOnce()]);
      else await withDeadline(pending.ready, { timeoutMs, signal });
    } finally {
      pending.release();
    }
    return this.#isReady;
  }

  /** Sets whether operations that wait keep the program alive. Default: true. */
  keepAlive(alive: boolean): void {
    this.#eventLoopRef.keepAlive(alive, this.#onMessage !== undefined);
  }

  /**
   * Calls `onMessage` with each message from now on, instead of keeping it until it is asked for: for a server that
   * answers at once.
   *
   * @param maxUnreadBytes while more bytes than this wait for the peer to read them, no message is delivered, so
   *   that the peer has to wait. If both sides set it, each may wait for the other. Default: no limit.
   * @returns resolves when nothing more can arrive; the connection is closed then. Never rejects.
   */
  deliver(onMessage: (message: Buffer) => void, maxUnreadBytes = Infinity): Promise<void> {
    this.#onMessage = onMessage;
    this.#maxUnreadBytes = maxUnreadBytes;
    void this.#deliverAll();
    this.#socket.resume();
    return this.#finished.promise;
  }

  /**
   * Sends bytes as one message without waiting. Never fails: `recvBytes()` or {@link deliver} report that the peer is
   * gone.
   */
  post(bytes: Uint8Array): void {
    if (this.#socket.writable) writePythonFrame(this.#socket, bytes);
  }

  /** Resolves when everything sent has left this process. */
  flushed(): Promise<void> {
    return streamFlushed(this.#socket);
  }

  /** Closes this side. Receivers that wait here get a ClosedError; what was sent still arrives. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#finished.resolve();
    for (const { reject } of this.#receivers.splice(0)) reject(closedError("receive"));
    this.#notifyWatchers();
    // Keeps the program alive until everything sent has left.
    if (this.#socket.writableLength > 0) this.#socket.ref();
    this.#socket.removeAllListeners("data");
    // Reading or ending the stream would do so for the holders of the other copies too.
    if (this.#isShared) void this.flushed().then(() => this.#socket.destroy());
    else this.#socket.resume().destroySoon();
  }

  [readiness](): Pending | null {
    this.#checkOpen("wait for");
    if (this.#isReady) return null;
    this.#socket.resume();
    const change = deferred();
    const release = this.#eventLoopRef.addWait();
    this.#watchers.add(change.resolve);
    return {
      ready: change.promise,
      release: () => {
        this.#watchers.delete(change.resolve);
        release();
      },
    };
  }

  get [socketOf](): Socket {
    return this.#socket;
  }

  /** The bytes that were read already and not received are sent with the socket. */
  [toHandle](): Handle {
    this.#checkOpen("share");
    if (this.#socket.destroyed) throw new BrokenPipeError("Cannot share: the other side has closed the connection");
    if (this.#receivers.length > 0 || this.#onMessage !== undefined) {
      throw new ProcessStateError(
        "Cannot send a connection over a socket while recv() waits on it here: its messages would be divided; send it first, or await recv()",
      );
    }
    this.#isShared = true;
    const { name: serializer } = this.#serializer;
    const [isTrusted, maxMessageBytes, unread] = [this.#isTrusted, this.#maxMessageBytes, this.#frames.all];
    const data: Omit<SocketConnectionData, "socket"> = { serializer, maxMessageBytes, isTrusted, unread };
    return { module: import.meta.url, kind: "SocketConnection", data };
  }

  get #isReady(): boolean {
    return this.#frames.byteLength > 0 || this.#ended || this.#closed;
  }

  #read(piece: Buffer): void {
    this.#frames.push(piece);
    if (this.#onMessage !== undefined) {
      void this.#deliverAll();
      return;
    }
    this.#serveReceivers();
    this.#notifyWatchers();
    // With no receiver, data stays in the operating system's buffer, so that the sender waits.
    if (this.#receivers.length === 0) this.#socket.pause();
  }

  async #deliverAll(): Promise<void> {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    while (!this.#closed) {
      const message = this.#take(this.#maxMessageBytes);
      if (message === undefined) break;
      this.#onMessage?.(message);
      if (this.#maxUnreadBytes < Infinity) await this.#peerHasRead();
    }
    this.#isDelivering = false;
    if (this.#ended || this.#closed) this.#finished.resolve();
  }

  async #peerHasRead(): Promise<void> {
    const socket = this.#socket;
    // An answer that the handler sends synchronously is posted before this tick ends.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    while (socket.writable && socket.writableLength > this.#maxUnreadBytes) {
      socket.pause();
      const change = deferred();
      this.#watchers.add(change.resolve);
      await change.promise;
      this.#watchers.delete(change.resolve);
    }
    socket.resume();
  }

  #serveReceivers(): void {
    for (let next = this.#receivers[0]; next !== undefined; next = this.#receivers[0]) {
      const message = this.#take(next.maxBytes);
      if (message === undefined && !this.#ended) {
        this.#socket.resume();
        return;
      }
      this.#receivers.shift();
      next.served = true;
      if (message !== undefined) next.resolve(message);
      else next.reject(this.#endError());
    }
  }

  #take(maxBytes: number): Buffer | undefined {
    if (this.#protocolError !== undefined) return undefined;
    try {
      return this.#frames.take(maxBytes);
    } catch (error) {
      this.#protocolError = error as ConnectionError;
      this.#ended = true;
      this.#socket.destroy();
      return undefined;
    }
  }

  #endError(): Error {
    if (this.#protocolError !== undefined) return this.#protocolError;
    const options = this.#socketError === undefined ? {} : { cause: this.#socketError };
    return this.#frames.byteLength > 0
      ? new ConnectionError("Cannot receive: the connection ended within a message", options)
      : new EndOfFileError(
          "Cannot receive: every message was received, and the other side has closed the connection",
          options,
        );
  }

  #finish(cause?: Error): void {
    this.#ended = true;
    this.#socketError ??= cause;
    if (this.#onMessage !== undefined) void this.#deliverAll();
    this.#serveReceivers();
    this.#notifyWatchers();
  }

  #notifyWatchers(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #checkOpen(verb: string): void {
    if (this.#closed) throw closedError(verb);
  }
}

function closedError(verb: string): ClosedError {
  return new ClosedError(`Cannot ${verb}: this side of the connection was closed`);
}

registerShareable("SocketConnection", ({ socket, isTrusted, unread, ...options }: SocketConnectionData) => {
  // Read by the connection first, in the order of the stream.
  if (unread.length > 0) socket.unshift(unread);
  const connection = new SocketConnection(socket, options);
  if (isTrusted) connection.trust();
  return connection;
});
