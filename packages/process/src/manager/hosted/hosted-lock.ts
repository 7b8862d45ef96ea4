import type { WaitOptions } from "../../base/deadline.ts";
import { LockStateError } from "../../base/errors.ts";
import { currentCall, type IncomingCall } from "../session/incoming-call.ts";
import { HostedSemaphore } from "./hosted-semaphore.ts";

/** The method that releases what a crashed caller held. Called for every hosted object that has it. */
export const callerCrashed: unique symbol = Symbol("caller crashed");

/** An object that a caller can hold. */
export interface HeldByCaller {
  /** Releases the object if this caller held it. */
  [callerCrashed](caller: object): void;
}

/** What a condition needs of its lock. */
export interface ConditionLock {
  _isHeldBy(call: IncomingCall | undefined): boolean;
  /** Releases the lock at every depth. @returns the depth, for {@link _reacquire}. */
  _releaseAll(): number;
  _reacquire(call: IncomingCall | undefined, depth: number): Promise<void>;
}

/** A lock in a manager. Any caller may release it. Released when the process that acquired it crashes. */
export class HostedLock implements HeldByCaller, ConditionLock {
  readonly #semaphore = new HostedSemaphore(1);
  #holder: object | undefined;

  get locked(): boolean {
    return this.#semaphore.value === 0;
  }

  /** @returns `false` when time ran out. */
  acquire(options: WaitOptions = {}): Promise<boolean> {
    return this._acquire(currentCall(), options);
  }

  tryAcquire(): boolean {
    const acquired = this.#semaphore.tryAcquire();
    if (acquired) this.#holder = currentCall()?.caller;
    return acquired;
  }

  release(): void {
    if (!this.locked) throw new LockStateError("Cannot release a lock: it is free, acquire() it first");
    this.#holder = undefined;
    this.#semaphore.release();
  }

  [callerCrashed](caller: object): void {
    if (this.#holder === caller) this.release();
  }

  async _acquire(call: IncomingCall | undefined, options: WaitOptions): Promise<boolean> {
    const acquired = await this.#semaphore._acquire(call, options);
    if (acquired) this.#holder = call?.caller;
    return acquired;
  }

  _isHeldBy(): boolean {
    return this.locked;
  }

  _releaseAll(): number {
    this.release();
    return 1;
  }

  async _reacquire(call: IncomingCall | undefined): Promise<void> {
    await this._acquire(call, {});
  }
}

/** A lock in a manager that its holder, a process, may acquire again. Released when that process crashes. */
export class HostedRLock implements HeldByCaller, ConditionLock {
  readonly #semaphore = new HostedSemaphore(1);
  #holder: object | undefined;
  #depth = 0;

  get locked(): boolean {
    return this.#depth > 0;
  }

  /** @returns `false` when time ran out. */
  acquire(options: WaitOptions = {}): Promise<boolean> {
    return this._acquire(currentCall(), options);
  }

  tryAcquire(): boolean {
    const caller = currentCall()?.caller;
    if (this.#isHolder(caller)) this.#depth += 1;
    else if (this.#semaphore.tryAcquire()) this.#take(caller, 1);
    else return false;
    return true;
  }

  release(): void {
    if (!this.#isHolder(currentCall()?.caller)) {
      throw new LockStateError("Cannot release a lock: this process does not hold it, acquire() it first");
    }
    this.#depth -= 1;
    if (this.#depth === 0) this.#semaphore.release();
  }

  [callerCrashed](caller: object): void {
    if (this.#isHolder(caller)) this._releaseAll();
  }

  async _acquire(call: IncomingCall | undefined, options: WaitOptions): Promise<boolean> {
    if (this.#isHolder(call?.caller)) {
      this.#depth += 1;
      return true;
    }
    const acquired = await this.#semaphore._acquire(call, options);
    if (acquired) this.#take(call?.caller, 1);
    return acquired;
  }

  _isHeldBy(call: IncomingCall | undefined): boolean {
    return this.#isHolder(call?.caller);
  }

  _releaseAll(): number {
    const depth = this.#depth;
    this.#depth = 0;
    this.#semaphore.release();
    return depth;
  }

  async _reacquire(call: IncomingCall | undefined, depth: number): Promise<void> {
    if (await this.#semaphore._acquire(call, {})) this.#take(call?.caller, depth);
  }

  #isHolder(caller: object | undefined): boolean {
    return this.#depth > 0 && this.#holder === caller;
  }

  #take(caller: object | undefined, depth: number): void {
    this.#holder = caller;
    this.#depth = depth;
  }
}
