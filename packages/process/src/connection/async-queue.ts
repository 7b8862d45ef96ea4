import { type timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { type Deferred, deferred } from "../base/deferred.ts";

interface Waiter<T> extends Deferred<T> {
  served: boolean;
}

/** A FIFO queue in this thread whose `take()` waits for an item. Waiters are served in order of arrival. */
export class AsyncQueue<T> {
  readonly #items: T[] = [];
  readonly #waiters: Waiter<T>[] = [];
  #failure: Error | undefined;

  /** The number of items in the queue. */
  get size(): number {
    return this.#items.length;
  }

  put(item: T): void {
    const taker = this.#waiters.shift();
    if (taker === undefined) this.#items.push(item);
    else {
      taker.served = true;
      taker.resolve(item);
    }
  }

  /**
   * Takes the next item; waits while the queue is empty. An item is never lost when a wait is aborted or times out.
   *
   * @returns `timedOut` when time ran out.
   * @throws the error given to {@link fail}, once the queue is empty; `signal.reason` on abort.
   */
  async take(options: WaitOptions): Promise<T | typeof timedOut> {
    options.signal?.throwIfAborted();
    if (this.#items.length > 0) return this.#items.shift() as T;
    if (this.#failure !== undefined) throw this.#failure;
    const taker: Waiter<T> = { ...deferred<T>(), served: false };
    this.#waiters.push(taker);
    try {
      const item = await withDeadline(taker.promise, options);
      return taker.served ? await taker.promise : item;
    } catch (error) {
      if (taker.served) return taker.promise;
      throw error;
    } finally {
      const place = this.#waiters.indexOf(taker);
      if (place >= 0) this.#waiters.splice(place, 1);
    }
  }

  /**
   * Rejects all waiters, and later `take()` calls on the empty queue. Items already in the queue can still be taken.
   */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const taker of this.#waiters.splice(0)) taker.reject(error);
  }

  /** Returns a taken item to the head of the queue. */
  putBack(item: T): void {
    if (this.#waiters.length > 0) this.put(item);
    else this.#items.unshift(item);
  }

  /** Removes and returns up to `count` items without waiting. */
  drain(count = Number.POSITIVE_INFINITY): T[] {
    return this.#items.splice(0, count);
  }
}
