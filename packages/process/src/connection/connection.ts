import { type BlockOptions, checkWaitOptions, readBlockTimeout, type WaitOptions, waitKeys } from "../base/deadline.ts";
import { deferred } from "../base/deferred.ts";
import { BrokenPipeError, ClosedError, EndOfFileError, TimeoutError } from "../base/errors.ts";
import { labelKey } from "../base/label.ts";
import { observer, type Subject } from "../base/observer.ts";
import { addRollback } from "../base/send-rollback.ts";
import { type Pending, readiness, type Waitable } from "../base/waitable.ts";
import type { Gate } from "../memory/gate.ts";
import { waitObserved, waitObservedSync } from "../memory/observed-wait.ts";
import { Ring, type RingSize } from "../memory/ring.ts";
import { registerShared, SharedObject } from "../memory/shared-object.ts";
import { ConnectionError } from "./connection-error.ts";
import { type EndReference, EndReferences, endReferencesWords, releaseReference } from "./end-references.ts";
import { GateWaiters } from "./gate-waiters.ts";
import {
  type ReceiveOptions,
  receiveInto,
  receiveKeys,
  type SendBytesOptions,
  selectBytes,
  sendBytesKeys,
} from "./message-bytes.ts";
import { copyRecord, discardRecord, RecordRing, readTaken } from "./record-ring.ts";
import { importAndReadRecord, mayNeedModules, readRecord, type ValueRecord } from "./value-record.ts";

const sendKeys = [...sendBytesKeys, ...waitKeys];
const size: RingSize = { records: 2 ** 10, bytes: 2 ** 19 };
const ringBytes = Ring.byteLength(size);

/** The index of one of the two ends of a pipe. */
export type PipeEnd = 0 | 1;

/** The shared memory that a pipe needs, in bytes. */
export function pipeBytes(isDuplex: boolean): number {
  return endReferencesWords * 8 + ringBytes * (isDuplex ? 2 : 1);
}

const collected = new FinalizationRegistry(
  ({ reference, gates }: { reference: EndReference; gates: readonly Gate[] }) => releaseAndWake(reference, gates),
);

/**
 * One end of a `Pipe`: sends and receives whole messages, in order.
 *
 * Several processes may have the same end; each message goes to one of the receivers. The other end reads end of file
 * when this end is closed in every process that had it, or they have exited, and every message was received. A
 * connection keeps the program alive only while an operation waits for it.
 *
 * Shape: of the pipe, an `EndReferences` table for each end; then a `Ring` to end 0 and, when duplex, one to end 1.
 */
export class Connection extends SharedObject implements Waitable, Disposable {
  /** Whether this end can receive. */
  readonly readable: boolean;
  /** Whether this end can send. */
  readonly writable: boolean;
  readonly #end: PipeEnd;
  readonly #isDuplex: boolean;
  readonly #ownReferences: EndReferences;
  readonly #otherReferences: EndReferences;
  readonly #reference: EndReference;
  readonly #in: RecordRing;
  readonly #out: RecordRing;
  readonly #senders: GateWaiters;
  #isClosed = false;
  #isReceivingOver = false;

  /** Called by `Pipe()`, and in a receiver of the end. */
  constructor(end: PipeEnd, isDuplex: boolean, ticket?: { readonly word: number; readonly id: number }) {
    super(pipeBytes(isDuplex));
    const { segment, at } = this.location;
    const [toFirst, toSecond] = [0, isDuplex ? ringBytes / 4 : 0].map(
      (offset) => new RecordRing(segment, at + endReferencesWords * 2 + offset, size),
    ) as [RecordRing, RecordRing];
    this.readable = isDuplex || end === 0;
    this.writable = isDuplex || end === 1;
    this.#end = end;
    this.#isDuplex = isDuplex;
    this.#ownReferences = new EndReferences(segment, at + endReferencesWords * end);
    this.#otherReferences = new EndReferences(segment, at + endReferencesWords * (1 - end));
    this.#reference = ticket === undefined ? this.#ownReferences.add() : this.#ownReferences.receive(ticket);
    this.#in = end === 0 ? toFirst : toSecond;
    this.#out = end === 0 ? toSecond : toFirst;
    this.#senders = new GateWaiters(this.#out.ring.notFull);
    this.#in.ring.notEmpty.waitsFor = { kind: "message", subject: this[labelKey] };
    this.#out.ring.notFull.waitsFor = this.#in.ring.notEmpty.waitsFor;
    for (const gate of [this.#in.ring.notEmpty, this.#out.ring.notFull]) gate.isEnded = this.#otherReferences.isEnded;
    for (const gate of [this.#in.ring.notFull, this.#out.ring.notEmpty]) gate.isEnded = this.#ownReferences.isEnded;
    collected.register(this, { reference: this.#reference, gates: this.#gates }, this);
  }

  /** Whether this side was closed here. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends a value of any size. Resolves when the other end can receive it.
   *
   * @throws {CloneError} or {NotShareableError} when it cannot be sent; {BrokenPipeError} when no process holds the
   *   other end; {TimeoutError} when the pipe stayed full; {ClosedError}. Nothing was sent then.
   */
  async send(value: unknown, options: WaitOptions = {}): Promise<void> {
    checkWaitOptions(options);
    this.#checkCanSend();
    await this.#send(this.#out.pack(value), options);
  }

  /** Sends a value, blocking this thread while the pipe is full; otherwise as {@link send}. */
  sendSync(value: unknown, options?: BlockOptions): void {
    const timeoutMs = readBlockTimeout(options);
    this.#checkCanSend();
    const record = this.#out.pack(value);
    let isSent = false;
    try {
      isSent = this.#out.ring.notFull.waitSync(() => this.#tryWrite(record), timeoutMs);
    } finally {
      if (!isSent) discardRecord(record);
    }
    if (!isSent) throw sendTimeout(timeoutMs);
  }

  /**
   * Sends bytes as one message, which may be empty. The caller may change them as soon as this returns.
   *
   * @throws {RangeError} when offset or size are outside of the bytes; otherwise as {@link send}.
   */
  async sendBytes(bytes: ArrayBufferView | ArrayBuffer, options: SendBytesOptions & WaitOptions = {}): Promise<void> {
    checkWaitOptions(options, sendKeys);
    const { timeoutMs, signal } = options;
    const payload = selectBytes(bytes, options);
    this.#checkCanSend();
    await this.#send(this.#out.packBytes(payload), { timeoutMs, signal });
  }

  /**
   * Receives a value. A message of `sendBytes()` is received as a Uint8Array.
   *
   * @throws {EndOfFileError} when every message was received and no process holds the other end; {TimeoutError}
   *   when time ran out, and nothing was taken; `options.signal.reason`; {ClosedError}.
   */
  async recv(options: WaitOptions = {}): Promise<unknown> {
    let value: unknown;
    await this.#receive(options, (message) => {
      value = mayNeedModules(message.tag) ? importAndReadRecord(message) : readRecord(message);
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
      const { notEmpty } = this.#in.ring;
      const isReceived =
        observer === undefined
          ? notEmpty.waitSync(take, timeoutMs, { spinFirst: true })
          : waitObservedSync(observer, { kind: "message", subject: this[labelKey] }, notEmpty, take, timeoutMs, {
              spinFirst: true,
            });
      if (!isReceived) throw receiveTimeout(timeoutMs);
    }
    return readTaken(this.#in, message as ValueRecord);
  }

  /**
   * Receives a message as bytes. A message of `send()` is received in its serialized form.
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
    this.#isReceivingOver = true;
    if (!this.writable) this.close();
    throw new ConnectionError(
      `Cannot receive: the message has ${bytes.length} bytes and maxBytes is ${maxBytes}, so this end receives nothing more; ` +
        "make a new connection or pipe, and write a larger maxBytes",
    );
  }

  /**
   * Receives a message as bytes into a buffer.
   *
   * @param offset where to write in the buffer, in bytes. Default: 0.
   * @returns the length of the message in bytes.
   * @throws {BufferTooShortError} when the buffer is too short; the error has the whole message, which was taken.
   *   {RangeError} when the offset is outside of the buffer; otherwise as {@link recv}.
   */
  async recvBytesInto(buffer: ArrayBufferView, offset = 0, options: WaitOptions = {}): Promise<number> {
    checkWaitOptions(options);
    return receiveInto(buffer, offset, () => this.recvBytes(options));
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
    this.#checkCanReceive("poll");
    return this.#in.ring.notEmpty.wait(() => this.#isReady, { timeoutMs, signal });
  }

  /** Waits until there is a message or end of file, blocking this thread; otherwise as {@link poll}. */
  pollSync(options: BlockOptions = {}): boolean {
    const limit = readBlockTimeout(options);
    this.#checkCanReceive("poll");
    return this.#in.ring.notEmpty.waitSync(() => this.#isReady, options.timeoutMs === undefined ? 0 : limit);
  }

  /**
   * Closes this side. Other holders of the same end are not affected, and messages already sent still arrive.
   * Idempotent.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    collected.unregister(this);
    releaseAndWake(this.#reference, this.#gates);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [readiness](): Pending | null {
    this.#checkCanReceive("wait for");
    if (this.#isReady) return null;
    const change = deferred();
    const controller = new AbortController();
    const isOver = () => this.#isReady || this.#isClosed;
    this.#in.ring.notEmpty.wait(isOver, { signal: controller.signal }, false).then(
      () => change.resolve(),
      () => {},
    );
    return { ready: change.promise, release: () => controller.abort() };
  }

  override toString(): string {
    const direction = this.#isDuplex ? "both ways" : this.readable ? "receives" : "sends";
    return `Connection(${this.#isClosed ? "closed" : direction})`;
  }

  protected override get processVariant(): string {
    return 'getContext("spawn").Pipe()';
  }

  protected override constructorArgs(): readonly unknown[] {
    this.#checkOpen("share");
    const own = this.#ownReferences;
    const { word, id } = own.addInTransit();
    addRollback(() => own.release({ word, id }));
    return [this.#end, this.#isDuplex, { word, id }];
  }

  get #gates(): readonly Gate[] {
    return [this.#in.ring.notEmpty, this.#in.ring.notFull, this.#out.ring.notEmpty, this.#out.ring.notFull];
  }

  get #isReady(): boolean {
    return this.#in.count > 0 || !this.#otherReferences.isOpen;
  }

  async #send(record: ValueRecord, options: WaitOptions): Promise<void> {
    options.signal?.throwIfAborted();
    let isSent = false;
    try {
      isSent =
        (this.#senders.isEmpty && this.#tryWrite(record)) || (await this.#sendWhenRoom(copyRecord(record), options));
    } finally {
      if (!isSent) discardRecord(record);
    }
    if (!isSent) throw sendTimeout(options.timeoutMs);
  }

  #sendWhenRoom(record: ValueRecord, options: WaitOptions): Promise<boolean> {
    return this.#senders.wait(() => this.#tryWrite(record), options);
  }

  #tryWrite(record: ValueRecord): boolean {
    this.#checkOpen("send");
    if (!this.#otherReferences.isOpen) {
      throw new BrokenPipeError(
        "Cannot send: no process holds the other end of the pipe, it was closed or its holders have exited",
      );
    }
    const isWritten = this.#out.tryWrite(record);
    if (observer !== undefined && isWritten) {
      observer.put(this.#pipe(this.#end), this.#out.ring.lastWritten, record.length);
    }
    return isWritten;
  }

  async #receive(options: WaitOptions, found: (message: ValueRecord) => void): Promise<void> {
    checkWaitOptions(options);
    this.#checkCanReceive("receive");
    const take = () => {
      const message = this.#tryTake();
      if (message !== undefined) found(message);
      return message !== undefined;
    };
    const { notEmpty } = this.#in.ring;
    const isReceived =
      observer === undefined
        ? await notEmpty.wait(take, options)
        : await waitObserved(observer, { kind: "message", subject: this[labelKey] }, notEmpty, take, options);
    if (!isReceived) throw receiveTimeout(options.timeoutMs);
  }

  #tryTake(): ValueRecord | undefined {
    this.#checkCanReceive("receive");
    // Reads this first: once it is false, everything that the last holder sent is in the ring.
    const isHeld = this.#otherReferences.isOpen;
    const message = this.#in.tryTake();
    if (message === undefined && !isHeld && this.#in.ring.count === 0) {
      throw new EndOfFileError(
        "Cannot receive: every message was received, and no process holds the other end of the pipe",
      );
    }
    if (observer !== undefined && message !== undefined) {
      observer.got(this.#pipe((1 - this.#end) as PipeEnd), this.#in.ring.found.position, message.length);
    }
    return message;
  }

  /** The direction of the pipe into which an end sends, for the observer. */
  #pipe(sender: PipeEnd): Subject {
    return { id: `${this[labelKey].id}.${sender}`, name: this[labelKey].name };
  }

  #checkCanSend(): void {
    this.#checkOpen("send");
    if (!this.writable) throw new TypeError("Cannot send: this is the receiving end of a pipe, send at the other one");
  }

  #checkCanReceive(verb: string): void {
    this.#checkOpen(verb);
    if (!this.readable)
      throw new TypeError(`Cannot ${verb}: this is the sending end of a pipe, ${verb} at the other one`);
    if (this.#isReceivingOver)
      throw new ClosedError(`Cannot ${verb}: an earlier message was too long, and nothing more is received here`);
  }

  #checkOpen(verb: string): void {
    if (this.#isClosed) throw new ClosedError(`Cannot ${verb}: this side of the connection was closed`);
  }
}

function releaseAndWake(reference: EndReference, gates: readonly Gate[]): void {
  releaseReference(reference);
  for (const gate of gates) gate.openAll();
}

function sendTimeout(timeoutMs: number | undefined): TimeoutError {
  return new TimeoutError(
    `Cannot send: the pipe was full for ${timeoutMs} ms, receive at the other end or wait longer`,
  );
}

function receiveTimeout(timeoutMs: number | undefined): TimeoutError {
  return new TimeoutError(`Nothing was received within ${timeoutMs} ms: wait longer, or call poll() first`);
}

registerShared(Connection as never, import.meta.url);
