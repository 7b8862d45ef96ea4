import type { WaitOptions } from "../../base/deadline.ts";
import { LockStateError } from "../../base/errors.ts";
import { type LockInterface, lockInterface } from "../session/exposed-methods.ts";
import { currentCall, type IncomingCall } from "../session/incoming-call.ts";
import { HostedSemaphore } from "./hosted-semaphore.ts";

/** The method that releases what a crashed caller held. Called for every hosted object that has it. */
export const callerCrashed: unique symbol = Symbol("caller crashed");

/** An object that a caller can hold. */
export interface HeldByCaller {
  /** Releases the object if this caller held it. */
  [callerCrashed](caller: object): void;
}

/** The holder of a lock: a process, and one of its async flows. */
interface Holder {
  readonly caller: object | undefined;
  readonly flow: number | undefined;
}

/** How a lock was held that a wait released. */
export interface Suspended {
  readonly holder: Holder | undefined;
  readonly depth: number;
}

/** What the locks in a manager have in common. Released when the process that acquired it crashes. */
export abstract class HostedMutex implements HeldByCaller {
  readonly #semaphore = new HostedSemaphore(1);
  #holder: Holder | undefined;
  #depth = 0;
  #isAbandoned = false;

  get locked(): boolean {
    return this.#semaphore.value === 0;
  }

  /** Whether the caller holds it: for a lock its process, for an rlock its async flow. */
  get isMine(): boolean {
    return this._isOwnedBy(currentCall());
  }

  /**
   * Whether a process crashed while it held the lock, so that the protected data may be inconsistent. It stays true
   * until a holder calls {@link consistent}.
   */
  get abandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Marks the protected data as consistent again. @throws {LockStateError} when the caller does not hold it. */
  consistent(): void {
    if (!this.isMine)
      throw new LockStateError("Cannot mark a lock as consistent: the caller does not hold it, acquire() it first");
    this.#isAbandoned = false;
  }

  /** @returns `false` when time ran out. */
  async acquire(options: WaitOptions = {}): Promise<boolean> {
    const call = currentCall();
    if (this.#acquireAgain(call)) return true;
    if (!(await this.#semaphore._acquire(call, options))) return false;
    this.#take({ holder: holderOf(call), depth: 1 });
    return true;
  }

  tryAcquire(): boolean {
    const call = currentCall();
    if (this.#acquireAgain(call)) return true;
    if (!this.#semaphore.tryAcquire()) return false;
    this.#take({ holder: holderOf(call), depth: 1 });
    return true;
  }

  /** @throws {LockStateError} when it is free; of an rlock, also when the caller does not hold it. */
  release(): void {
    this._checkRelease(currentCall());
    this.#depth -= 1;
    if (this.#depth === 0) this._suspend();
  }

  toString(): string {
    const state = this.locked ? `held, depth=${this.#depth}` : "free";
    return `${this._name}(${state})`;
  }

  [callerCrashed](caller: object): void {
    if (this.#holder?.caller !== caller) return;
    this.#isAbandoned = true;
    this._suspend();
  }

  /** Releases it at every depth. */
  _suspend(): Suspended {
    const suspended = { holder: this.#holder, depth: this.#depth };
    this.#holder = undefined;
    this.#depth = 0;
    this.#semaphore.release();
    return suspended;
  }

  /** Acquires it again as it was held. */
  async _resume(call: IncomingCall | undefined, suspended: Suspended): Promise<void> {
    if (await this.#semaphore._acquire(call, {})) this.#take(suspended);
  }

  /** Whether the caller may wait for a condition of this lock. */
  abstract _isHeldBy(call: IncomingCall | undefined): boolean;
  abstract _isOwnedBy(call: IncomingCall | undefined): boolean;
  /** @throws {LockStateError} when the caller must not release it. */
  abstract _checkRelease(call: IncomingCall | undefined): void;
  /** The class's name in its text. */
  abstract get _name(): string;
  abstract get _isReentrant(): boolean;

  get _holder(): Holder | undefined {
    return this.#holder;
  }

  #acquireAgain(call: IncomingCall | undefined): boolean {
    if (!this._isReentrant || !this._isOwnedBy(call)) return false;
    this.#depth += 1;
    return true;
  }

  #take({ holder, depth }: Suspended): void {
    this.#holder = holder;
    this.#depth = depth;
  }
}

/** A lock in a manager. Any caller may release it. */
export class HostedLock extends HostedMutex {
  readonly [lockInterface]: LockInterface = { hasFlows: false, callerMethods: ["hold"] };

  get _name(): string {
    return "Lock";
  }

  get _isReentrant(): boolean {
    return false;
  }

  _isHeldBy(): boolean {
    return this.locked;
  }

  _isOwnedBy(call: IncomingCall | undefined): boolean {
    return this.locked && this._holder?.caller === call?.caller;
  }

  _checkRelease(): void {
    if (!this.locked) throw new LockStateError("Cannot release a lock: it is free, acquire() it first");
  }
}

/** A lock in a manager that its holder, an async flow of a process, may acquire again. */
export class HostedRLock extends HostedMutex {
  readonly [lockInterface]: LockInterface = { hasFlows: true, callerMethods: ["hold"] };

  get _name(): string {
    return "RLock";
  }

  get _isReentrant(): boolean {
    return true;
  }

  _isHeldBy(call: IncomingCall | undefined): boolean {
    return this._isOwnedBy(call);
  }

  _isOwnedBy(call: IncomingCall | undefined): boolean {
    const holder = this._holder;
    if (holder === undefined || holder.caller !== call?.caller) return false;
    return holder.flow === undefined || call?.flows.includes(holder.flow) === true;
  }

  _checkRelease(call: IncomingCall | undefined): void {
    if (this._isOwnedBy(call)) return;
    const state = this.locked ? "another process or async flow holds it" : "it is free";
    throw new LockStateError(`Cannot release an rlock: ${state}, acquire() it first`);
  }
}

function holderOf(call: IncomingCall | undefined): Holder {
  return { caller: call?.caller, flow: call?.flows[0] };
}
