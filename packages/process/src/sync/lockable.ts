import type { BlockOptions, WaitOptions } from "../base/deadline.ts";
import { checkOptionKeys } from "../base/options.ts";
import { SharedObject } from "../memory/shared-object.ts";

/** What can be held: the forms of acquiring and releasing that Lock, RLock and the semaphores have in common. */
export abstract class Lockable extends SharedObject {
  /**
   * Takes it, waiting until it can be had. Waiters of one thread take it in the order in which they came; between threads
   * there is no order.
   *
   * @returns whether it was taken before time ran out.
   * @throws `options.signal.reason` when that aborts first; it is not held then.
   */
  abstract acquire(options?: WaitOptions): Promise<boolean>;
  /**
   * Takes it, blocking this thread until it can be had. Meant for children: nothing else of the thread runs meanwhile.
   *
   * @returns whether it was taken before time ran out.
   */
  abstract acquireSync(options?: BlockOptions): boolean;
  /** Takes it if it can be had at once. */
  abstract tryAcquire(): boolean;
  /** Gives it back. */
  abstract release(): void;
  /** Whether nobody could take it at this moment. */
  abstract get locked(): boolean;

  /**
   * Holds it while the function runs, and releases it however that ends.
   *
   * @returns what the function returns.
   * @throws what the function throws, and `options.signal.reason`.
   *
   * @example
   * await lock.hold(async () => { counter.value = await next(counter.value); });
   */
  async hold<T>(fn: () => T | PromiseLike<T>, options: Pick<WaitOptions, "signal"> = {}): Promise<T> {
    checkOptionKeys("hold", options, ["signal"]);
    await this.acquire({ signal: options.signal });
    try {
      return await fn();
    } finally {
      this.release();
    }
  }

  /** Releases it, for `using`: what leaving Python's `with` does. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Releases it, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
