import { readTimeout, type WaitOptions } from "../../base/deadline.ts";
import { LockStateError } from "../../base/errors.ts";
import { currentCall } from "../session/incoming-call.ts";
import { HostedLock, HostedRLock } from "./hosted-lock.ts";
import { referentOf } from "./hosted-object.ts";
import { WaitingCalls } from "./waiting-calls.ts";

/** A condition variable in a manager. */
export class HostedCondition {
  readonly #lock: HostedLock | HostedRLock;
  readonly #waiting = new WaitingCalls();

  /** @param lock a proxy of a lock of the same manager. Default: a new RLock. */
  constructor(lock?: object) {
    const own = lock === undefined ? new HostedRLock() : referentOf(lock);
    if (!(own instanceof HostedLock || own instanceof HostedRLock)) {
      throw new TypeError(
        "Cannot create a condition: its lock is not a lock of this manager; write manager.condition(await manager.lock())",
      );
    }
    this.#lock = own;
  }

  acquire(options: WaitOptions = {}): Promise<boolean> {
    return this.#lock.acquire(options);
  }

  release(): void {
    this.#lock.release();
  }

  /** Releases the lock, waits for `notify()`, and acquires the lock again. @returns `false` when time ran out. */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    readTimeout(options.timeoutMs);
    const call = currentCall();
    this.#checkHeld("wait on");
    const depth = this.#lock._releaseAll();
    try {
      return await this.#waiting.wait(call, options);
    } finally {
      if (!call?.isAbandoned) await this.#lock._reacquire(call, depth);
    }
  }

  /** @param count how many callers to wake. Default: 1. */
  notify(count = 1): void {
    this.#checkHeld("notify");
    this.#waiting.wake(count);
  }

  notifyAll(): void {
    this.notify(this.#waiting.length);
  }

  #checkHeld(verb: string): void {
    if (!this.#lock._isHeldBy(currentCall())) {
      throw new LockStateError(`Cannot ${verb} a condition: its lock is not held, acquire() it first`);
    }
  }
}
