import type { WaitOptions } from "../../base/deadline.ts";
import { LockStateError } from "../../base/errors.ts";
import { type Call, currentCall } from "../session/manager-call.ts";
import { handOn, type Lockable } from "./hand-on.ts";
import { HostedSemaphore } from "./hosted-semaphore.ts";

/** What a condition needs of its lock. */
export interface ConditionLock {
  _isHeldBy(call: Call | undefined): boolean;
  /** Frees it altogether; `_retake` with what that gives takes it as it was. */
  _free(): number;
  _retake(call: Call | undefined, depth: number): Promise<void>;
}

/** A lock in a manager. Whoever can call it may release it. Handed on when the process that acquired it dies. */
export class HostedLock implements Lockable, ConditionLock {
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

  [handOn](caller: object): void {
    if (this.#holder === caller) this.release();
  }

  async _acquire(call: Call | undefined, options: WaitOptions): Promise<boolean> {
    const acquired = await this.#semaphore._acquire(call, options);
    if (acquired) this.#holder = call?.caller;
    return acquired;
  }

  _isHeldBy(): boolean {
    return this.locked;
  }

  _free(): number {
    this.release();
    return 1;
  }

  async _retake(call: Call | undefined): Promise<void> {
    await this._acquire(call, {});
  }
}

/** A lock in a manager that the process which holds it may acquire again. Handed on when that process dies. */
export class HostedRLock implements Lockable, ConditionLock {
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

  [handOn](caller: object): void {
    if (this.#isHolder(caller)) this._free();
  }

  async _acquire(call: Call | undefined, options: WaitOptions): Promise<boolean> {
    if (this.#isHolder(call?.caller)) {
      this.#depth += 1;
      return true;
    }
    const acquired = await this.#semaphore._acquire(call, options);
    if (acquired) this.#take(call?.caller, 1);
    return acquired;
  }

  _isHeldBy(call: Call | undefined): boolean {
    return this.#isHolder(call?.caller);
  }

  _free(): number {
    const depth = this.#depth;
    this.#depth = 0;
    this.#semaphore.release();
    return depth;
  }

  async _retake(call: Call | undefined, depth: number): Promise<void> {
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
