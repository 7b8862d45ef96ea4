import { onAbort } from "../../base/abort-listener.ts";
import { checkWaitOptions, type WaitOptions } from "../../base/deadline.ts";
import { LockStateError } from "../../base/errors.ts";
import { type LockInterface, lockInterface } from "../session/exposed-methods.ts";
import { currentCall, type IncomingCall } from "../session/incoming-call.ts";
import { callerCrashed, type HeldByCaller, HostedMutex, HostedRLock } from "./hosted-lock.ts";
import { referentOf } from "./hosted-object.ts";
import { WaitingCalls } from "./waiting-calls.ts";

/** A condition variable in a manager. */
export class HostedCondition implements HeldByCaller {
  readonly [lockInterface]: LockInterface = { hasFlows: true, callerMethods: ["hold", "wait", "waitFor"] };
  readonly #lock: HostedMutex;
  readonly #waiting = new WaitingCalls();
  /** Ends waits, by caller and the number that the caller gave the wait. */
  readonly #waits = new WeakMap<object, Map<number, AbortController>>();

  /** @param lock a proxy of a lock of the same manager. Default: a new RLock. */
  constructor(lock?: object) {
    const own = lock === undefined ? new HostedRLock() : referentOf(lock);
    if (!(own instanceof HostedMutex)) {
      throw new TypeError(
        "Cannot create a condition: its lock is not a lock of this manager; write manager.condition(await manager.lock())",
      );
    }
    this.#lock = own;
  }

  get locked(): boolean {
    return this.#lock.locked;
  }

  /** Whether the caller holds its lock. */
  get isMine(): boolean {
    return this.#lock.isMine;
  }

  acquire(options: WaitOptions = {}): Promise<boolean> {
    return this.#lock.acquire(options);
  }

  tryAcquire(): boolean {
    return this.#lock.tryAcquire();
  }

  release(): void {
    this.#lock.release();
  }

  /**
   * Releases the lock, waits for `notify()`, and acquires the lock again.
   *
   * @param number identifies the wait for {@link cancelWait}. Default: it cannot be cancelled.
   * @returns `false` when time ran out; `null` when it was cancelled.
   */
  async wait(options: WaitOptions = {}, number?: number): Promise<boolean | null> {
    checkWaitOptions(options);
    const call = currentCall();
    this.#checkHeld("wait for");
    const cancel = this.#addWait(call, number);
    const suspended = this.#lock._suspend();
    try {
      return await this.#waiting.wait(call, { timeoutMs: options.timeoutMs, signal: cancel?.signal ?? call?.signal });
    } catch (error) {
      if (cancel?.signal.aborted && !call?.isAbandoned) return null;
      throw error;
    } finally {
      if (!call?.isAbandoned) await this.#lock._resume(call, suspended);
      if (call !== undefined && number !== undefined) this.#waits.get(call.caller)?.delete(number);
    }
  }

  /** Ends a wait of the caller, which then has the lock again. Without effect when it has ended. */
  cancelWait(number: number): void {
    this.#waits
      .get(currentCall()?.caller ?? this)
      ?.get(number)
      ?.abort();
  }

  /** @param count how many callers to wake. Default: 1. */
  notify(count = 1): void {
    this.#checkHeld("notify");
    this.#waiting.wake(count);
  }

  notifyAll(): void {
    this.notify(this.#waiting.length);
  }

  toString(): string {
    return `Condition(${this.#lock}, waiting=${this.#waiting.length})`;
  }

  [callerCrashed](caller: object): void {
    this.#lock[callerCrashed](caller);
  }

  #addWait(call: IncomingCall | undefined, number: number | undefined): AbortController | undefined {
    if (call === undefined || number === undefined) return undefined;
    const waits = this.#waits.get(call.caller) ?? new Map<number, AbortController>();
    this.#waits.set(call.caller, waits);
    const cancel = new AbortController();
    onAbort(call.signal, () => cancel.abort());
    waits.set(number, cancel);
    return cancel;
  }

  #checkHeld(verb: string): void {
    if (!this.#lock._isHeldBy(currentCall())) {
      throw new LockStateError(`Cannot ${verb} a condition: the caller does not hold its lock, acquire() it first`);
    }
  }
}
