import { keptForReceiver } from "../base/crossing.ts";
import { type BlockOptions, checkWaitOptions, readBlockTimeout, type WaitOptions, waitKeys } from "../base/deadline.ts";
import { deferred } from "../base/deferred.ts";
import { BrokenPipeError, BufferTooShortError, ClosedError, EndOfFileError, TimeoutError } from "../base/errors.ts";
import { type Pending, readiness, type Waitable } from "../base/waitable.ts";
import { mayNeedModules, prepareRecord, readRecord, type ValueRecord } from "../codec/record.ts";
import type { Gate } from "../memory/gate.ts";
import { Ring, type RingSize } from "../memory/ring.ts";
import { registerShared, SharedObject } from "../memory/shared-object.ts";
import { ConnectionError } from "./connection-error.ts";
import { type Hold, Holders, holdersWords, release } from "./holders.ts";
import { Line } from "./line.ts";
import { bytesKeys, cut, type ReceiveOptions, receiveKeys, type SendBytesOptions } from "./message-bytes.ts";
import { discard, RecordRing, toKept } from "./record-ring.ts";

const sendKeys = [...waitKeys, ...bytesKeys];
const size: RingSize = { records: 2 ** 10, bytes: 2 ** 19 };
const ringBytes = Ring.byteLength(size);

/** Which of the two ends of a pipe. */
export type End = 0 | 1;

/** How many bytes a pipe takes. */
export function pipeBytes(isDuplex: boolean): number {
  return holdersWords * 8 + ringBytes * (isDuplex ? 2 : 1);
}

const collected = new FinalizationRegistry(({ hold, gates }: { hold: Hold; gates: readonly Gate[] }) =>
  letGo(hold, gates),
);

/**
 * One end of a `Pipe`: messages to and from the other end, each whole and in order.
 *
 * An end may be held by many: each message goes to one of those who receive. The other end comes to its end when all that
 * hold this one have closed it or have died, and all that they sent was received. A connection keeps the program alive only
 * while something waits for it.
 *
 * Shape: of the pipe, two tables of `Holders`, one of each end; then a `Ring` to end 0, and when it is duplex one to end 1.
 */
export class Connection extends SharedObject implements Waitable, Disposable {
  /** Whether it can receive. */
  readonly readable: boolean;
  /** Whether it can send. */
  readonly writable: boolean;
  readonly #end: End;
  readonly #isDuplex: boolean;
  readonly #own: Holders;
  readonly #others: Holders;
  readonly #hold: Hold;
  readonly #in: RecordRing;
  readonly #out: RecordRing;
  readonly #line: Line;
  #isClosed = false;
  #isSpoilt = false;

  /** Made by `Pipe()`. */
  constructor(end: End, isDuplex: boolean, ticket?: { readonly word: number; readonly id: number }) {
    super(pipeBytes(isDuplex));
    const { segment, at } = this.place;
    const [toFirst, toSecond] = [0, isDuplex ? ringBytes / 4 : 0].map(
      (offset) => new RecordRing(segment, at + holdersWords * 2 + offset, size),
    ) as [RecordRing, RecordRing];
    this.readable = isDuplex || end === 0;
    this.writable = isDuplex || end === 1;
    this.#end = end;
    this.#isDuplex = isDuplex;
    this.#own = new Holders(segment, at + holdersWords * end);
    this.#others = new Holders(segment, at + holdersWords * (1 - end));
    this.#hold = ticket === undefined ? this.#own.add() : this.#own.redeem(ticket);
    this.#in = end === 0 ? toFirst : toSecond;
    this.#out = end === 0 ? toSecond : toFirst;
    this.#line = new Line(this.#out.ring.freed);
    collected.register(this, { hold: this.#hold, gates: this.#gates }, this);
  }

  /** Whether this side closed it. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends a value. Resolves when it is where the other end can receive it, however much it is.
   *
   * @throws {CloneError} or {NotShareableError} when it cannot cross; {BrokenPipeError} when nobody holds the other end;
   *   {TimeoutError} when there was no room in time; {ClosedError}. Nothing was sent then.
   */
  async send(value: unknown, options: WaitOptions = {}): Promise<void> {
    checkWaitOptions(options);
    this.#refuseSending();
    await this.#send(this.#out.pack(value), options);
  }

  /** Sends a value, blocking this thread while there is no room; otherwise as {@link send}. */
  sendSync(value: unknown, options?: BlockOptions): void {
    const timeoutMs = readBlockTimeout(options);
    this.#refuseSending();
    const record = this.#out.pack(value);
    let isSent = false;
    try {
      isSent = this.#out.ring.freed.waitSync(() => this.#tryWrite(record), timeoutMs);
    } finally {
      if (!isSent) discard(record);
    }
    if (!isSent) throw sendTimeout(timeoutMs);
  }

  /**
   * Sends bytes as one message; none at all is a message too. They may be changed as soon as this returns.
   *
   * @throws {RangeError} when offset or size lie outside of the bytes; otherwise as {@link send}.
   */
  async sendBytes(bytes: Uint8Array | ArrayBuffer, options: SendBytesOptions & WaitOptions = {}): Promise<void> {
    checkWaitOptions(options, sendKeys);
    const { timeoutMs, signal } = options;
    const payload = cut(bytes, options);
    this.#refuseSending();
    await this.#send(this.#out.packBytes(payload), { timeoutMs, signal });
  }

  /**
   * Receives a value; bytes that were sent as such come as a Uint8Array.
   *
   * @throws {EndOfFileError} when all was received and nobody holds the other end; {TimeoutError} when time ran out, and
   *   nothing was taken; `options.signal.reason`; {ClosedError}.
   */
  async recv(options: WaitOptions = {}): Promise<unknown> {
    let value: unknown;
    await this.#receive(options, (message) => {
      value = mayNeedModules(message.tag) ? prepareRecord(message) : readRecord(message);
    });
    return await value;
  }

  /** Receives a value, blocking this thread until there is one; otherwise as {@link recv}. */
  recvSync(options?: BlockOptions): unknown {
    const timeoutMs = readBlockTimeout(options);
    let message = this.#tryTake();
    if (message === undefined) {
      const take = () => {
        message = this.#tryTake();
        return message !== undefined;
      };
      if (!this.#in.ring.filled.waitSync(take, timeoutMs, { isSoon: true })) throw receiveTimeout(timeoutMs);
    }
    return readRecord(message as ValueRecord);
  }

  /**
   * Receives a message as bytes; of a value, those that it was written as.
   *
   * @throws {ConnectionError} when it is longer than `maxBytes`; otherwise as {@link recv}.
   */
  async recvBytes(options: ReceiveOptions = {}): Promise<Uint8Array> {
    checkWaitOptions(options, receiveKeys);
    const { maxBytes = Number.POSITIVE_INFINITY, timeoutMs, signal } = options;
    if (!(maxBytes >= 0)) throw new RangeError(`Cannot receive: maxBytes is ${maxBytes}, write a number of bytes ≥ 0`);
    let bytes = new Uint8Array();
    await this.#receive({ timeoutMs, signal }, (message) => {
      bytes = message.bytes.slice(0, message.length);
    });
    if (bytes.length <= maxBytes) return bytes;
    this.#isSpoilt = true;
    if (!this.writable) this.close();
    throw new ConnectionError(
      `Cannot receive: the message has ${bytes.length} bytes and maxBytes is ${maxBytes}; nothing more is received here`,
    );
  }

  /**
   * Receives a message as bytes into a buffer.
   *
   * @param offset where in the buffer, in bytes. Default: 0.
   * @returns how many bytes it has.
   * @throws {BufferTooShortError} when the buffer is too short, with the whole message, which was taken; {RangeError} when the
   *   offset lies outside; otherwise as {@link recv}.
   */
  async recvBytesInto(buffer: ArrayBufferView, offset = 0, options: WaitOptions = {}): Promise<number> {
    checkWaitOptions(options);
    const room = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    if (!Number.isInteger(offset) || offset < 0 || offset > room.length) {
      throw new RangeError(
        `Cannot receive at offset ${offset} of a buffer of ${room.length} bytes: write an offset within it`,
      );
    }
    const bytes = await this.recvBytes(options);
    if (bytes.length > room.length - offset) {
      throw new BufferTooShortError(
        `Cannot receive ${bytes.length} bytes into ${room.length - offset}: the error's field bytes holds the message`,
        bytes,
      );
    }
    room.set(bytes, offset);
    return bytes.length;
  }

  /**
   * Waits until something can be received, or the end of it all. Takes nothing.
   *
   * @param options.timeoutMs longest wait in milliseconds; `Infinity` for no limit. Default: 0, looks once.
   * @returns whether there was before time ran out.
   */
  async poll(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    const { timeoutMs = 0, signal } = options;
    this.#refuseReceiving("poll");
    return this.#in.ring.filled.wait(() => this.#isReady, { timeoutMs, signal });
  }

  /** Waits until something can be received, blocking this thread; otherwise as {@link poll}. */
  pollSync(options: BlockOptions = {}): boolean {
    const limit = readBlockTimeout(options);
    this.#refuseReceiving("poll");
    return this.#in.ring.filled.waitSync(() => this.#isReady, options.timeoutMs === undefined ? 0 : limit);
  }

  /** Closes this side; others who hold this end go on. What was sent still arrives. Twice is fine. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    collected.unregister(this);
    letGo(this.#hold, this.#gates);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [readiness](): Pending | null {
    this.#refuseReceiving("wait for");
    if (this.#isReady) return null;
    const change = deferred();
    const end = new AbortController();
    const ready = () => this.#isReady || this.#isClosed;
    this.#in.ring.filled.wait(ready, { signal: end.signal }).then(
      () => change.resolve(),
      () => {},
    );
    return { ready: change.promise, release: () => end.abort() };
  }

  override toString(): string {
    const ways = this.#isDuplex ? "both ways" : this.readable ? "receives" : "sends";
    return `Connection(${this.#isClosed ? "closed" : ways})`;
  }

  protected override get elsewhere(): string {
    return 'getContext("spawn").Pipe()';
  }

  protected override revivalArgs(): readonly unknown[] {
    this.#refuseClosed("share");
    const own = this.#own;
    const { word, id } = own.addOnTheWay();
    keptForReceiver(() => own.release({ word, id }));
    return [this.#end, this.#isDuplex, { word, id }];
  }

  get #gates(): readonly Gate[] {
    return [this.#in.ring.filled, this.#in.ring.freed, this.#out.ring.filled, this.#out.ring.freed];
  }

  get #isReady(): boolean {
    return this.#in.ring.count > 0 || !this.#others.isHeld;
  }

  async #send(record: ValueRecord, options: WaitOptions): Promise<void> {
    options.signal?.throwIfAborted();
    let isSent = false;
    try {
      isSent = (this.#line.isFree && this.#tryWrite(record)) || (await this.#sendLater(toKept(record), options));
    } finally {
      if (!isSent) discard(record);
    }
    if (!isSent) throw sendTimeout(options.timeoutMs);
  }

  #sendLater(record: ValueRecord, options: WaitOptions): Promise<boolean> {
    return this.#line.wait(() => this.#tryWrite(record), options);
  }

  #tryWrite(record: ValueRecord): boolean {
    this.#refuseClosed("send");
    if (!this.#others.isHeld) {
      throw new BrokenPipeError(
        "Cannot send: nobody holds the other end of the pipe, it was closed or its holders have ended",
      );
    }
    return this.#out.tryWrite(record);
  }

  async #receive(options: WaitOptions, found: (message: ValueRecord) => void): Promise<void> {
    checkWaitOptions(options);
    this.#refuseReceiving("receive");
    const take = () => {
      const message = this.#tryTake();
      if (message !== undefined) found(message);
      return message !== undefined;
    };
    if (!(await this.#in.ring.filled.wait(take, options))) throw receiveTimeout(options.timeoutMs);
  }

  #tryTake(): ValueRecord | undefined {
    this.#refuseReceiving("receive");
    // Looked at first: what the last holder sent before it went is there by now.
    const isHeld = this.#others.isHeld;
    const message = this.#in.tryTake();
    if (message === undefined && !isHeld && this.#in.ring.count === 0) {
      throw new EndOfFileError("Cannot receive: all was received, and nobody holds the other end of the pipe");
    }
    return message;
  }

  #refuseSending(): void {
    this.#refuseClosed("send");
    if (!this.writable) throw new TypeError("Cannot send: this is the receiving end of a pipe, send at the other one");
  }

  #refuseReceiving(verb: string): void {
    this.#refuseClosed(verb);
    if (!this.readable)
      throw new TypeError(`Cannot ${verb}: this is the sending end of a pipe, ${verb} at the other one`);
    if (this.#isSpoilt)
      throw new ClosedError(`Cannot ${verb}: a message was too long, and nothing more is received here`);
  }

  #refuseClosed(verb: string): void {
    if (this.#isClosed) throw new ClosedError(`Cannot ${verb}: this side of the connection was closed`);
  }
}

function letGo(hold: Hold, gates: readonly Gate[]): void {
  release(hold);
  for (const gate of gates) gate.open();
}

function sendTimeout(timeoutMs: number | undefined): TimeoutError {
  return new TimeoutError(
    `Cannot send: there was no room for ${timeoutMs} ms, receive at the other end or wait longer`,
  );
}

function receiveTimeout(timeoutMs: number | undefined): TimeoutError {
  return new TimeoutError(`Nothing was received within ${timeoutMs} ms: wait longer, or ask poll() first`);
}

registerShared(Connection as never, import.meta.url);
