import { checkWaitOptions, timedOut, type WaitOptions } from "../../base/deadline.ts";
import { QueueEmptyError, QueueFullError, QueueShutDownError } from "../../base/errors.ts";
import { queuedItems } from "../../base/gauge.ts";
import { AsyncQueue } from "../../connection/async-queue.ts";
import { currentCall } from "../session/incoming-call.ts";
import { WaitingCalls } from "./waiting-calls.ts";

/** A FIFO queue in a manager. An item is put back when its caller has cancelled the call or disconnected. */
export class HostedQueue<T = unknown> {
  readonly #items = new AsyncQueue<T>();
  readonly #putters = new WaitingCalls();
  readonly #maxSize: number;
  #closed = false;

  /** @param maxSize how many items it can hold; 0 for any number. Default: 0. */
  constructor(maxSize = 0) {
    this.#maxSize = maxSize > 0 ? maxSize : Number.POSITIVE_INFINITY;
    queuedItems.add(this, ({ size }) => size);
  }

  /** How many items it can hold; 0 for any number. */
  get maxSize(): number {
    return this.#maxSize === Number.POSITIVE_INFINITY ? 0 : this.#maxSize;
  }

  get size(): number {
    return this.#items.size;
  }

  get isEmpty(): boolean {
    return this.#items.size === 0;
  }

  get isFull(): boolean {
    return this.#items.size >= this.#maxSize;
  }

  /** @throws {QueueFullError} when time ran out; {QueueShutDownError} after `shutdown()`. */
  async put(item: T, options: WaitOptions = {}): Promise<void> {
    checkWaitOptions(options);
    const call = currentCall();
    const end = options.timeoutMs === undefined ? undefined : performance.now() + options.timeoutMs;
    while (!this.#closed && this.isFull) {
      const timeoutMs = end === undefined ? undefined : Math.max(0, end - performance.now());
      if (timeoutMs === 0 || !(await this.#putters.wait(call, { ...options, timeoutMs }))) {
        throw new QueueFullError(
          `Cannot put on a queue: it is full, it holds ${this.#maxSize}; get() from it, or wait longer`,
        );
      }
    }
    this.#put(item);
  }

  tryPut(item: T): boolean {
    if (!this.#closed && this.isFull) return false;
    this.#put(item);
    return true;
  }

  /** @throws {QueueEmptyError} when time ran out; {QueueShutDownError} after `shutdown()`, once the queue is empty. */
  async get(options: WaitOptions = {}): Promise<T> {
    checkWaitOptions(options);
    const call = currentCall();
    const { timeoutMs, signal } = options;
    const waits = this.#items.size === 0;
    const item = await this.#items.take({ timeoutMs, signal: signal ?? (waits ? call?.signal : undefined) });
    if (item === timedOut)
      throw new QueueEmptyError("Cannot get from a queue: it is empty; put() something, or wait longer");
    if (call?.isAbandoned) {
      this.#items.putBack(item);
      throw new QueueEmptyError("Cannot get from a queue: the caller cancelled the call");
    }
    this.#putters.wake();
    return item;
  }

  /** @returns `undefined` when it is empty. @throws {QueueShutDownError} after `shutdown()`, once it is empty. */
  tryGet(): { value: T } | undefined {
    if (this.isEmpty) {
      if (this.#closed) throw emptyAndShutDown();
      return undefined;
    }
    const [value] = this.#items.drain(1);
    this.#putters.wake();
    return { value: value as T };
  }

  /** Ends puts. Items in the queue can still be taken, unless `immediate` is set. */
  shutdown(options: { readonly immediate?: boolean } = {}): void {
    this.#closed = true;
    if (options.immediate === true) for (const item of this.#items.drain()) this._dropped(item);
    this.#items.fail(emptyAndShutDown());
    this.#putters.wake(this.#putters.length);
  }

  /** Takes items until the queue is shut down and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      try {
        yield await this.get();
      } catch (error) {
        if (error instanceof QueueShutDownError) return;
        throw error;
      }
    }
  }

  _dropped(_item: T): void {}

  #put(item: T): void {
    if (this.#closed) throw new QueueShutDownError("Cannot put on a queue: it was shut down, put before shutdown()");
    this._added();
    this.#items.put(item);
  }

  _added(): void {}
}

function emptyAndShutDown(): QueueShutDownError {
  return new QueueShutDownError(
    "Cannot get from a queue: it was shut down and has no item left, end the loop that gets",
  );
}

/** A queue in a manager that counts unfinished items. */
export class HostedJoinableQueue<T = unknown> extends HostedQueue<T> {
  readonly #joiners = new WaitingCalls();
  #unfinished = 0;

  /** How many items were put and are not done. */
  get unfinished(): number {
    return this.#unfinished;
  }

  /** Notes that a taken item is done. @throws {RangeError} when called more often than there were items. */
  taskDone(): void {
    if (this.#unfinished === 0)
      throw new RangeError("Cannot mark a task as done: taskDone() was called more often than put()");
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#joiners.wake(this.#joiners.length);
  }

  /** Waits until all items are done. @returns `false` when time ran out. */
  async join(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    return this.#unfinished === 0 || this.#joiners.wait(currentCall(), options);
  }

  override _added(): void {
    this.#unfinished += 1;
  }

  override _dropped(): void {
    this.taskDone();
  }
}
