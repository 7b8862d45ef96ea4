import type { Socket } from "node:net";
import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { type Deferred, deferred } from "../base/deferred.ts";
import { BrokenPipeError, ClosedError, EndOfFileError, NotShareableError, TimeoutError } from "../base/errors.ts";
import { inspected } from "../base/inspected.ts";
import { checkOptionKeys } from "../base/options.ts";
import { type Shareable, toHandle } from "../base/shareable.ts";
import { type Pending, readiness, type Waitable } from "../base/waitable.ts";
import { ConnectionError } from "./connection-error.ts";
import { bytesKeys, cut, type ReceiveOptions, receiveKeys, type SendBytesOptions } from "./message-bytes.ts";
import { FrameReader, writeFrame } from "./python-frame.ts";
import { type Serializer, type SerializerName, serializer } from "./serializer.ts";

/** How a connection over a socket carries messages. */
export interface SocketConnectionOptions {
  /** How `send` and `recv` write values. Default: `"v8"`. */
  readonly serializer?: SerializerName | undefined;
  /** The longest message that is received, in bytes. Default: the longest that fits a buffer of Node. */
  readonly maxMessageBytes?: number | undefined;
}

interface Receiver extends Deferred<Buffer> {
  readonly maxBytes: number;
  served: boolean;
}

/**
 * A connection over a socket, as `Listener` and `Client` make it: messages both ways, whole and in order, in the framing of
 * Python's `multiprocessing.connection`.
 *
 * What is not received is not read: a sender faster than its receiver waits. A connection keeps the program alive only
 * while something waits for it.
 *
 * Source: the wire format is that of CPython's `Lib/multiprocessing/connection.py`.
 */
export class SocketConnection implements Waitable, Shareable, Disposable {
  readonly #socket: Socket;
  readonly #serializer: Serializer;
  readonly #maxMessageBytes: number;
  readonly #frames = new FrameReader();
  /** Those who wait for a message, in order. */
  readonly #receivers: Receiver[] = [];
  /** Those who wait for anything to happen. */
  readonly #watchers = new Set<() => void>();
  /** Whether nothing more can come. */
  #ended = false;
  /** The rule that the other side broke. */
  #broken: ConnectionError | undefined;
  /** What the operating system said of the end. */
  #cause: Error | undefined;
  #closed = false;
  /** Who gets each message as it comes, instead of those who ask. */
  #deliver: ((message: Buffer) => void) | undefined;
  /** How many bytes may wait for a peer that does not read before no more of what it says is delivered. */
  #mostUnread = Infinity;
  #isDelivering = false;
  readonly #over = deferred();
  #holds = 0;
  #keepsAlive = true;

  /** @param socket connected; it belongs to the connection from now on. */
  constructor(socket: Socket, options: SocketConnectionOptions = {}) {
    this.#socket = socket;
    this.#serializer = serializer(options.serializer);
    this.#maxMessageBytes = options.maxMessageBytes ?? process.getBuiltinModule("node:buffer").constants.MAX_LENGTH;
    socket.unref();
    socket.on("data", (piece: Buffer) => this.#read(piece));
    socket.on("error", (cause) => this.#finish(cause));
    socket.on("drain", () => this.#changed());
    socket.on("end", () => this.#finish());
    socket.on("close", () => this.#finish());
    socket.resume();
  }

  /** Whether this side closed it. */
  get closed(): boolean {
    return this.#closed;
  }

  toString(): string {
    return `SocketConnection(${this.#closed ? "closed" : "open"})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /**
   * Sends a value. Resolves when the operating system has taken all of it.
   *
   * @throws {CloneError} when it cannot cross, naming the part; nothing was sent then.
   * @throws {ClosedError} after `close()`; {BrokenPipeError} when the other side is gone.
   */
  async send(value: unknown): Promise<void> {
    this.#refuseClosed("send");
    await this.sendBytes(this.#serializer.write(value));
  }

  /**
   * Sends bytes as one message; none at all is a message too. They must not change before it resolves, which it does when
   * the operating system has taken all of them.
   *
   * @throws {RangeError} when offset or size lie outside of the bytes.
   * @throws {ClosedError} after `close()`; {BrokenPipeError} when the other side is gone.
   */
  async sendBytes(bytes: Uint8Array | ArrayBuffer, options: SendBytesOptions = {}): Promise<void> {
    checkOptionKeys("sendBytes", options, bytesKeys);
    const payload = cut(bytes, options);
    this.#refuseClosed("send");
    const release = this.#hold();
    try {
      await new Promise<void>((resolve, reject) => {
        writeFrame(this.#socket, payload, (error) => (error ? reject(error) : resolve()));
      });
    } catch (cause) {
      if (this.#closed) throw this.#closedError("send");
      throw new BrokenPipeError("Cannot send: the other side of the connection is gone", { cause });
    } finally {
      release();
    }
  }

  /**
   * Receives a value.
   *
   * @throws {EndOfFileError} when all was received and the other side has closed.
   * @throws {TimeoutError} when time ran out; nothing was taken then.
   * @throws {ConnectionError} when the message is too long, cut off or no value.
   */
  async recv(options: ReceiveOptions = {}): Promise<unknown> {
    return this.#serializer.read(await this.recvBytes(options));
  }

  /**
   * Receives a message as bytes.
   *
   * @throws {EndOfFileError} when all was received and the other side has closed.
   * @throws {TimeoutError} when time ran out; nothing was taken then.
   * @throws {ConnectionError} when the message is too long or cut off.
   */
  async recvBytes(options: ReceiveOptions = {}): Promise<Buffer> {
    checkWaitOptions(options, receiveKeys);
    const { maxBytes = this.#maxMessageBytes } = options;
    if (!(maxBytes >= 0)) throw new RangeError(`Cannot receive: maxBytes is ${maxBytes}, write a number of bytes ≥ 0`);
    options.signal?.throwIfAborted();
    this.#refuseClosed("receive");
    const receiver: Receiver = {
      ...deferred<Buffer>(),
      maxBytes: Math.min(maxBytes, this.#maxMessageBytes),
      served: false,
    };
    this.#receivers.push(receiver);
    const release = this.#hold();
    try {
      this.#serve();
      const bytes = await withDeadline(receiver.promise, options);
      if (bytes !== timedOut) return bytes;
    } catch (error) {
      // A message that was taken in the same turn as the wait was given up is not lost.
      if (receiver.served) return receiver.promise;
      throw error;
    } finally {
      release();
      const place = this.#receivers.indexOf(receiver);
      if (place >= 0) this.#receivers.splice(place, 1);
    }
    throw new TimeoutError(`Nothing was received within ${options.timeoutMs} ms: wait longer, or ask poll() first`);
  }

  /**
   * Waits until something can be received, or the end of it all.
   *
   * @param options.timeoutMs longest wait in milliseconds; `Infinity` for no limit. Default: 0, looks once.
   * @returns `false` when time ran out.
   */
  async poll(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    const { timeoutMs = 0, signal } = options;
    signal?.throwIfAborted();
    this.#refuseClosed("poll");
    const pending = this[readiness]();
    if (pending === null) return true;
    try {
      // What has arrived in the operating system is seen only after the event loop has looked there once.
      if (timeoutMs === 0) await Promise.race([pending.ready, looked()]);
      else await withDeadline(pending.ready, { timeoutMs, signal });
    } finally {
      pending.release();
    }
    return this.#isReady;
  }

  /**
   * Whether waiting for messages keeps the program alive.
   *
   * @param alive default of a connection: true. When false, what waits does not hold the program.
   */
  keepAlive(alive: boolean): void {
    this.#keepsAlive = alive;
    if (alive && (this.#holds > 0 || this.#deliver !== undefined)) this.#socket.ref();
    else if (!this.#closed) this.#socket.unref();
  }

  /**
   * Gives each message as it comes, from now on, instead of keeping it until it is asked for: for who answers at once.
   *
   * @param mostUnread for who answers: while more bytes than this wait for the other side to read them, nothing is delivered,
   *   and it has to wait in turn. Two sides that both do so may wait for each other. Default: no limit.
   * @returns settles when nothing more can come; the connection is closed then. Never rejects.
   */
  deliver(each: (message: Buffer) => void, mostUnread = Infinity): Promise<void> {
    this.#deliver = each;
    this.#mostUnread = mostUnread;
    void this.#deliverAll();
    this.#socket.resume();
    return this.#over.promise;
  }

  /** Sends bytes as one message, without word of when they have left. That the other side is gone is learnt by who receives. */
  post(bytes: Uint8Array): void {
    if (this.#socket.writable) writeFrame(this.#socket, bytes);
  }

  /** Resolves when what was sent has left this process. */
  flushed(): Promise<void> {
    const socket = this.#socket;
    if (socket.writableLength === 0 || !socket.writable) return Promise.resolve();
    return new Promise((resolve) => {
      socket.once("close", () => resolve());
      // An empty write is done when all before it are.
      socket.write("", () => resolve());
    });
  }

  /** Closes this side. Who waits here gets ClosedError; what was sent still arrives. Twice is fine. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#over.resolve();
    for (const { reject } of this.#receivers.splice(0)) reject(this.#closedError("receive"));
    this.#changed();
    // Until all that was sent has left, the program lives.
    if (this.#socket.writableLength > 0) this.#socket.ref();
    this.#socket.removeAllListeners("data");
    this.#socket.resume();
    this.#socket.destroySoon();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [readiness](): Pending | null {
    this.#refuseClosed("wait for");
    if (this.#isReady) return null;
    this.#socket.resume();
    const change = deferred();
    const release = this.#hold();
    this.#watchers.add(change.resolve);
    return {
      ready: change.promise,
      release: () => {
        this.#watchers.delete(change.resolve);
        release();
      },
    };
  }

  [toHandle](): never {
    throw new NotShareableError(
      "Cannot send a connection over a socket: it belongs to the process that made it; send its address, and let the child call Client(address)",
    );
  }

  get #isReady(): boolean {
    return this.#frames.bytes > 0 || this.#ended || this.#closed;
  }

  #read(piece: Buffer): void {
    this.#frames.push(piece);
    if (this.#deliver !== undefined) {
      void this.#deliverAll();
      return;
    }
    this.#serve();
    this.#changed();
    // What nobody waits for stays with the operating system, which makes the sender wait.
    if (this.#receivers.length === 0) this.#socket.pause();
  }

  async #deliverAll(): Promise<void> {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    while (!this.#closed) {
      const message = this.#take(this.#maxMessageBytes);
      if (message === undefined) break;
      this.#deliver?.(message);
      if (this.#mostUnread < Infinity) await this.#answersRead();
    }
    this.#isDelivering = false;
    if (this.#ended || this.#closed) this.#over.resolve();
  }

  async #answersRead(): Promise<void> {
    const socket = this.#socket;
    // After this, whatever is answered at once has been posted.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    while (socket.writable && socket.writableLength > this.#mostUnread) {
      socket.pause();
      const change = deferred();
      this.#watchers.add(change.resolve);
      await change.promise;
      this.#watchers.delete(change.resolve);
    }
    socket.resume();
  }

  #serve(): void {
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
    if (this.#broken !== undefined) return undefined;
    try {
      return this.#frames.take(maxBytes);
    } catch (error) {
      this.#broken = error as ConnectionError;
      this.#ended = true;
      this.#socket.destroy();
      return undefined;
    }
  }

  #endError(): Error {
    if (this.#broken !== undefined) return this.#broken;
    const options = this.#cause === undefined ? {} : { cause: this.#cause };
    return this.#frames.bytes > 0
      ? new ConnectionError("Cannot receive: the connection ended in mid-message", options)
      : new EndOfFileError("Cannot receive: all was received, and the other side has closed the connection", options);
  }

  #finish(cause?: Error): void {
    this.#ended = true;
    this.#cause ??= cause;
    if (this.#deliver !== undefined) void this.#deliverAll();
    this.#serve();
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #hold(): () => void {
    this.#holds += 1;
    if (this.#holds === 1 && this.#keepsAlive) this.#socket.ref();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0 && !this.#closed) this.#socket.unref();
    };
  }

  #refuseClosed(verb: string): void {
    if (this.#closed) throw this.#closedError(verb);
  }

  #closedError(verb: string): ClosedError {
    return new ClosedError(`Cannot ${verb}: this side of the connection was closed`);
  }
}

// Two turns: the first may fall between the look for what has arrived and the next such look.
function looked(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
