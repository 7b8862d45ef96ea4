import { readTimeout, type WaitOptions } from "../../base/deadline.ts";
import { LockStateError } from "../../base/errors.ts";
import { currentCall } from "../session/manager-call.ts";
import { HostedLock, HostedRLock } from "./hosted-lock.ts";
import { referentOf } from "./hosted-object.ts";
import { WaitLine } from "./wait-line.ts";

/** A condition in a manager: callers that hold its lock wait for one another's word. */
export class HostedCondition {
  readonly #lock: HostedLock | HostedRLock;
  readonly #line = new WaitLine();

  /** @param lock a proxy of a lock of the same manager. Default: an RLock of its own. */
  constructor(lock?: object) {
    const own = lock === undefined ? new HostedRLock() : referentOf(lock);
    if (!(own instanceof HostedLock || own instanceof HostedRLock)) {
      throw new TypeError(
        "Cannot make a condition: its lock is none of this manager's; write manager.condition(await manager.lock())",
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

  /** Frees the lock, waits for `notify()`, and takes the lock again. @returns `false` when time ran out. */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    readTimeout(options.timeoutMs);
    const call = currentCall();
    this.#refuseFree("wait on");
    const depth = this.#lock._free();
    try {
      return await this.#line.wait(call, options);
    } finally {
      if (!call?.isAbandoned) await this.#lock._retake(call, depth);
    }
  }

  /** @param count how many to wake. Default: 1. */
  notify(count = 1): void {
    this.#refuseFree("notify");
    this.#line.wake(count);
  }

  notifyAll(): void {
    this.notify(this.#line.length);
  }

  #refuseFree(verb: string): void {
    if (!this.#lock._isHeldBy(currentCall())) {
      throw new LockStateError(`Cannot ${verb} a condition: its lock is not held, acquire() it first`);
    }
  }
}
