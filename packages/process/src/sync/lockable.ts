import type { BlockOptions, WaitOptions } from "../base/deadline.ts";
import { checkName, labelKey } from "../base/label.ts";
import { observer } from "../base/observer.ts";
import { checkOptionKeys } from "../base/options.ts";
import { SharedObject } from "../memory/shared-object.ts";
import { runInNewFlow } from "./async-flow.ts";

/** The methods that Lock, RLock, the semaphores and Condition have in common. */
export abstract class Lockable extends SharedObject {
  /**
   * Its name in traces and in reports of deadlocks; need not be unique. It is sent along with the object. Default: its
   * class and a number, as `Lock-1`.
   */
  get name(): string {
    return this[labelKey].name;
  }

  set name(name: string) {
    this[labelKey].name = checkName(this, name);
  }

  /**
   * Acquires it, and waits until that is possible. Calls of one thread acquire it in their order; between threads
   * there is no order.
   *
   * @returns whether it was acquired before time ran out.
   * @throws `options.signal.reason` when the signal aborts first; it is not acquired then.
   */
  abstract acquire(options?: WaitOptions): Promise<boolean>;
  /**
   * Acquires it, and blocks this thread until that is possible. Meant for children: the event loop does not run
   * meanwhile.
   *
   * @returns whether it was acquired before time ran out.
   */
  abstract acquireSync(options?: BlockOptions): boolean;
  /** Acquires it if that is possible at once. Returns whether it did. */
  abstract tryAcquire(): boolean;
  /** Releases it. */
  abstract release(): void;
  /** Whether it could not be acquired at once now. */
  abstract get locked(): boolean;

  /**
   * Holds it while the function runs, and releases it also when the function throws.
   *
   * @returns the result of the function.
   * @throws the error of the function, or `options.signal.reason`.
   *
   * @example
   * await lock.hold(async () => { counter.value = await next(counter.value); });
   */
  hold<T>(fn: () => T | PromiseLike<T>, options: Pick<WaitOptions, "signal"> = {}): Promise<T> {
    // The caller's code that runs beside the function must not count as part of its flow.
    return observer?.tracksFlows === true ? runInNewFlow(() => this.#hold(fn, options)) : this.#hold(fn, options);
  }

  async #hold<T>(fn: () => T | PromiseLike<T>, options: Pick<WaitOptions, "signal">): Promise<T> {
    checkOptionKeys("hold", options, ["signal"]);
    await this.acquire({ signal: options.signal });
    try {
      observer?.scope("begins", this[labelKey]);
      return await fn();
    } finally {
      observer?.scope("ends", this[labelKey]);
      this.release();
    }
  }

  /** Releases it, for `using`, as the end of Python's `with` does. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Releases it, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
