import {
  type BlockOptions,
  checkWaitOptions,
  readBlockTimeout,
  readTimeout,
  type WaitOptions,
} from "../base/deadline.ts";
import { LockStateError } from "../base/errors.ts";
import { Gate } from "../memory/gate.ts";
import { makeAt, registerShared } from "../memory/shared-object.ts";
import { Lock } from "./lock.ts";
import { Lockable } from "./lockable.ts";
import { RLock, rlockBytes } from "./rlock.ts";
import { Turnstile, turnstileBytes } from "./turnstile.ts";

const gateWord = rlockBytes / 4;
const turnstileWord = gateWord + 1;

/**
 * Where one who holds a lock waits for another to change what the lock protects.
 *
 * Waiting releases the lock, however often it was acquired, and acquires it as often before it comes back, also when time
 * ran out or a signal aborted. A notification is for those who wait at that moment and is not kept for others; one who
 * gave up or died takes none with it.
 *
 * Shape: an RLock, 16 bytes, used when no lock was given; a `Gate`, 4 bytes; a `Turnstile`.
 *
 * @example
 * const changed = new Condition();
 * await changed.hold(() => changed.waitFor(() => stock.value > 0));
 */
export class Condition extends Lockable {
  /** The lock that goes with it. */
  readonly lock: Lock | RLock;
  readonly #gate: Gate;
  readonly #turnstile: Turnstile;
  readonly #isLockGiven: boolean;

  /**
   * @param lock default: an RLock of its own.
   * @throws {TypeError} when it is no lock.
   */
  constructor(lock?: Lock | RLock) {
    if (lock !== undefined && !(lock instanceof Lock) && !(lock instanceof RLock)) {
      throw new TypeError("Cannot make a Condition: the lock given is none, write a Lock or an RLock");
    }
    super(rlockBytes + 4 + turnstileBytes);
    const { segment, at } = this.place;
    this.#isLockGiven = lock !== undefined;
    this.lock = lock ?? makeAt(this.place, () => new RLock());
    this.#gate = new Gate(segment, at + gateWord);
    this.#turnstile = new Turnstile(segment, at + turnstileWord);
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
   * Waits to be notified. The lock is held again when this settles, however it does.
   *
   * @returns whether it was notified before time ran out.
   * @throws {LockStateError} when the caller does not hold the lock; `options.signal.reason` when that aborts first.
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    this.#refuseOthers("wait for");
    const ticket = this.#turnstile.enter();
    const resume = this.lock.suspend();
    let notified = false;
    // In the midst of the abort: a notification that comes right after it is for others.
    const leave = () => {
      notified = this.#turnstile.leave(ticket);
    };
    options.signal?.addEventListener("abort", leave);
    try {
      if (await this.#gate.wait(() => this.#turnstile.tryPass(ticket), options)) notified = true;
    } catch (error) {
      if (!notified) throw error;
    } finally {
      options.signal?.removeEventListener("abort", leave);
      await this.lock.gate.wait(resume);
    }
    return notified || this.#turnstile.leave(ticket);
  }

  /** Waits to be notified, blocking this thread; otherwise as {@link wait}. */
  waitSync(options?: BlockOptions): boolean {
    const timeoutMs = readBlockTimeout(options);
    this.#refuseOthers("wait for");
    const ticket = this.#turnstile.enter();
    const resume = this.lock.suspend();
    const notified = this.#gate.waitSync(() => this.#turnstile.tryPass(ticket), timeoutMs);
    this.lock.gate.waitSync(resume, Number.POSITIVE_INFINITY);
    return notified || this.#turnstile.leave(ticket);
  }

  /**
   * Waits until something is so. The predicate is asked at first and after each notification, with the lock held.
   *
   * @param options the limits of the whole call.
   * @returns what the predicate gave last, truthy unless time ran out.
   */
  async waitFor<T>(predicate: () => T | PromiseLike<T>, options: WaitOptions = {}): Promise<T> {
    checkWaitOptions(options);
    const left = countdown(readTimeout(options.timeoutMs));
    for (;;) {
      const result = await predicate();
      const timeoutMs = left();
      if (result || timeoutMs <= 0) return result;
      await this.wait({ ...options, timeoutMs });
    }
  }

  /** Waits until something is so, blocking this thread; otherwise as {@link waitFor}. */
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
   * Lets some of those go who wait; they come back when they have the lock.
   *
   * @param n how many at most. Default: 1.
   * @throws {LockStateError} when the caller does not hold the lock.
   */
  notify(n = 1): void {
    this.#refuseOthers("notify");
    if (this.#turnstile.admit(n) > 0) this.#gate.open();
  }

  /** Lets everyone go who waits. */
  notifyAll(): void {
    this.notify(Number.POSITIVE_INFINITY);
  }

  override toString(): string {
    return `${this.constructor.name}(${this.lock}, waiting=${this.#turnstile.waiting})`;
  }

  protected override revivalArgs(): readonly unknown[] {
    return this.#isLockGiven ? [this.lock] : [];
  }

  #refuseOthers(verb: string): void {
    if (this.lock.isMine) return;
    throw new LockStateError(`Cannot ${verb} the Condition: its lock is not held by the caller, acquire it first`);
  }
}

function countdown(timeoutMs: number): () => number {
  const deadline = performance.now() + timeoutMs;
  return () => Math.max(0, deadline - performance.now());
}

registerShared(Condition, import.meta.url);
