import { LockStateError } from "../base/errors.ts";
import { Mutex } from "../memory/mutex.ts";
import { Lockable } from "./lockable.ts";

/** What Lock and RLock have in common: one holder at a time, and what becomes of it when the holder dies. */
export abstract class MutexLock extends Lockable {
  protected readonly mutex: Mutex;

  constructor(byteLength: number) {
    super(byteLength);
    this.mutex = new Mutex(this.place.segment, this.place.at);
  }

  /** Whether the caller holds it: for a Lock this thread, for an RLock this flow. */
  abstract get isMine(): boolean;

  /**
   * Releases it, however often it was acquired, for as long as a Condition waits.
   *
   * @returns what tries to acquire it as often again, for the same owner.
   */
  abstract suspend(): () => boolean;

  get locked(): boolean {
    return this.mutex.holder !== 0;
  }

  /**
   * Whether a holder ended without releasing it, and what it protects may be half changed. It stays true, for whoever
   * holds it next, until somebody who holds it calls {@link consistent}.
   */
  get abandoned(): boolean {
    return this.mutex.isAbandoned;
  }

  /**
   * Says that what the lock protects was put in order after a holder's death.
   *
   * @throws {LockStateError} when the caller does not hold it.
   */
  consistent(): void {
    if (!this.isMine) throw new LockStateError(`Cannot call the ${this.constructor.name} consistent: acquire it first`);
    this.mutex.repair();
  }

  /** Where a Condition waits for it to be had again. */
  get gate(): Mutex["gate"] {
    return this.mutex.gate;
  }

  override toString(): string {
    const { holder } = this.mutex;
    const { segment } = this.place;
    const state = holder === 0 ? "free" : `held by ${holder === segment.me ? "this thread" : segment.describe(holder)}`;
    return `${this.constructor.name}(${state})`;
  }
}
