import { onAbort } from "../base/abort-listener.ts";
import { type BlockOptions, checkWaitOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { InterruptError, LockStateError } from "../base/errors.ts";
import { labelKey } from "../base/label.ts";
import { observer } from "../base/observer.ts";
import type { Attempt } from "../memory/gate.ts";
import { waitObserved, waitObservedSync } from "../memory/observed-wait.ts";
import { createAt, registerShared } from "../memory/shared-object.ts";
import { Lock } from "./lock.ts";
import { Lockable } from "./lockable.ts";
import { RLock, rlockBytes } from "./rlock.ts";
import { countdown, waitForPredicate } from "./wait-for-predicate.ts";
import { type WaiterId, WaitSet, waitSetBytes } from "./wait-set.ts";

const waitSetWord = rlockBytes / 4;

/**
 * A condition variable: the holder of a lock waits until another holder has changed what the lock protects.
 *
 * A wait releases the lock completely and restores its depth before it ends, also after a timeout or an abort. A
 * notification is for the current waiters and is not kept for later ones. None is lost with a waiter that timed out,
 * was aborted or was killed.
 *
 * Shape: an RLock, 16 bytes, used when no lock was given; a `WaitSet`.
 *
 * @example
 * const changed = new Condition();
 * await changed.hold(() => changed.waitFor(() => stock.value > 0));
 */
export class Condition extends Lockable {
  /** The lock that waits release. */
  readonly lock: Lock | RLock;
  readonly #waitSet: WaitSet;
  readonly #isLockGiven: boolean;

  /**
   * @param lock default: a new RLock.
   * @throws {TypeError} when it is not a lock.
   */
  constructor(lock?: Lock | RLock) {
    if (lock !== undefined && !(lock instanceof Lock) && !(lock instanceof RLock)) {
      throw new TypeError("Cannot create a Condition: the argument is not a lock, write a Lock or an RLock");
    }
    super(rlockBytes + waitSetBytes);
    const { segment, at } = this.location;
    this.#isLockGiven = lock !== undefined;
    this.lock = lock ?? createAt(this.location, () => new RLock(), this[labelKey]);
    this.#waitSet = new WaitSet(segment, at + waitSetWord);
  }

  acquire(options?: WaitOptions): Promise<boolean> {
    return this.lock.acquire(options);
  }

  acquireSync(options?: BlockOptions): boolean {
    return this.lock.acquireSync(options);
  }

  tryAcquire(): boolean {
    return this.lock.tryAcquire();
  }

  release(): void {
    this.lock.release();
  }

  get locked(): boolean {
    return this.lock.locked;
  }

  override hold<T>(fn: () => T | PromiseLike<T>, options?: Pick<WaitOptions, "signal">): Promise<T> {
    return this.lock.hold(fn, options);
  }

  /**
   * Waits for a notification. The lock is held again when this settles, also when it rejects.
   *
   * @returns whether a notification came before time ran out.
   * @throws {LockStateError} when the caller does not hold the lock; `options.signal.reason` when the signal aborts
   *   first.
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    this.#checkLockHeld("wait for");
    const waiter = this.#waitSet.add();
    const reacquire = this.lock.suspend();
    let notified = false;
    // Runs during the abort: a notification sent right after it must wake another waiter.
    const cancel = () => {
      notified = this.#waitSet.cancel(waiter);
    };
    const removeCancel = onAbort(options.signal, cancel);
    try {
      if (await this.#waitSet.gate.wait(() => this.#waitSet.takeNotification(waiter), options)) notified = true;
    } catch (error) {
      if (error instanceof InterruptError) this.#passOn(waiter);
      else if (notified) return true;
      throw error;
    } finally {
      removeCancel();
      await this.#reacquire(reacquire);
    }
    return notified || this.#waitSet.cancel(waiter);
  }

  /** Waits for a notification, blocking this thread; otherwise as {@link wait}. */
  waitSync(options?: BlockOptions): boolean {
    const timeoutMs = readBlockTimeout(options);
    this.#checkLockHeld("wait for");
    const waiter = this.#waitSet.add();
    const reacquire = this.lock.suspend();
    let notified = false;
    try {
      notified = this.#waitSet.gate.waitSync(() => this.#waitSet.takeNotification(waiter), timeoutMs);
    } catch (error) {
      this.#passOn(waiter);
      throw error;
    } finally {
      this.#reacquireSync(reacquire);
    }
    return notified || this.#waitSet.cancel(waiter);
  }

  /**
   * Waits until a predicate is truthy. The predicate runs first and after each notification, with the lock held.
   *
   * @param options the limits of the whole call.
   * @returns the last result of the predicate; truthy unless time ran out.
   */
  async waitFor<T>(predicate: () => T | PromiseLike<T>, options: WaitOptions = {}): Promise<T> {
    return waitForPredicate((limits) => this.wait(limits), predicate, options);
  }

  /** Waits until a predicate is truthy, blocking this thread; otherwise as {@link waitFor}. */
  waitForSync<T>(predicate: () => T, options?: BlockOptions): T {
    const left = countdown(readBlockTimeout(options));
    for (;;) {
      const result = predicate();
      const timeoutMs = left();
      if (result || timeoutMs <= 0) return result;
      this.waitSync({ timeoutMs });
    }
  }

  /**
   * Notifies some of the waiters. Each continues when it has the lock.
   *
   * @param n how many at most. Default: 1.
   * @throws {LockStateError} when the caller does not hold the lock.
   */
  notify(n = 1): void {
    this.#checkLockHeld("notify");
    this.#waitSet.notify(n);
  }

  /** Notifies all waiters. */
  notifyAll(): void {
    this.notify(Number.POSITIVE_INFINITY);
  }

  override toString(): string {
    return `${this.constructor.name}(${this.lock}, waiting=${this.#waitSet.waiting})`;
  }

  protected override constructorArgs(): readonly unknown[] {
    return this.#isLockGiven ? [this.lock] : [];
  }

  #reacquire(attempt: Attempt): Promise<boolean> {
    const { gate } = this.lock;
    if (observer === undefined) return gate.wait(attempt, {}, false);
    const subject = { ...this.lock.waitSubject(observer, false), mustSucceed: true };
    return waitObserved(observer, subject, gate, attempt, {}, false);
  }

  #reacquireSync(attempt: Attempt): void {
    const { gate } = this.lock;
    const options = { isInterruptible: false };
    if (observer === undefined) {
      // First without the gate: a waiter there makes the next release of the lock look for sleepers.
      if (!attempt()) gate.waitSync(attempt, Number.POSITIVE_INFINITY, options);
    } else {
      const subject = { ...this.lock.waitSubject(observer, true), mustSucceed: true };
      waitObservedSync(observer, subject, gate, attempt, Number.POSITIVE_INFINITY, options);
    }
  }

  // A notification of a waiter that was interrupted is for another waiter.
  #passOn(waiter: WaiterId): void {
    if (this.#waitSet.cancel(waiter)) this.#waitSet.notify(1);
  }

  #checkLockHeld(verb: string): void {
    if (this.lock.isMine) return;
    throw new LockStateError(`Cannot ${verb} the Condition: the caller does not hold its lock, acquire it first`);
  }
}

registerShared(Condition, import.meta.url);
