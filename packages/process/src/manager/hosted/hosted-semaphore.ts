import { checkWaitOptions, type WaitOptions } from "../../base/deadline.ts";
import { type LockInterface, lockInterface } from "../session/exposed-methods.ts";
import { currentCall, type IncomingCall } from "../session/incoming-call.ts";
import { WaitingCalls } from "./waiting-calls.ts";

/** A semaphore in a manager. Fair: serves callers in order of arrival. */
export class HostedSemaphore {
  readonly [lockInterface]: LockInterface = { hasFlows: false, callerMethods: ["hold"] };
  readonly #waiting = new WaitingCalls();
  #value: number;

  /** @param value ≥ 0. Default: 1. */
  constructor(value = 1) {
    if (!(Number.isInteger(value) && value >= 0)) {
      throw new RangeError(`Cannot create a semaphore: its value is ${value}, write a whole number ≥ 0`);
    }
    this.#value = value;
  }

  get value(): number {
    return this.#value;
  }

  /** Whether it could not be acquired at once now. */
  get locked(): boolean {
    return this.#value === 0;
  }

  /** @returns `false` when time ran out. */
  acquire(options: WaitOptions = {}): Promise<boolean> {
    return this._acquire(currentCall(), options);
  }

  tryAcquire(): boolean {
    if (this.#value === 0) return false;
    this.#value -= 1;
    return true;
  }

  /** @param count by how much to increase the value, ≥ 1. Default: 1. */
  release(count = 1): void {
    if (!(Number.isInteger(count) && count >= 1))
      throw new RangeError(`Cannot release ${count} times: write a whole number ≥ 1`);
    this.#value += count - this.#waiting.wake(count);
  }

  toString(): string {
    return `Semaphore(value=${this.#value})`;
  }

  async _acquire(call: IncomingCall | undefined, options: WaitOptions): Promise<boolean> {
    checkWaitOptions(options);
    if (this.tryAcquire()) return true;
    if (options.timeoutMs === 0) return false;
    if (!(await this.#waiting.wait(call, options))) return false;
    if (!call?.isAbandoned) return true;
    // The call was woken and abandoned at the same time: passes the semaphore to the next.
    this.release();
    return false;
  }
}

/** A semaphore in a manager that throws when it is released more often than it was acquired. */
export class HostedBoundedSemaphore extends HostedSemaphore {
  readonly #bound: number;

  constructor(value = 1) {
    super(value);
    this.#bound = value;
  }

  override release(count = 1): void {
    if (this.value + count > this.#bound) {
      throw new RangeError(
        `Cannot release a semaphore: it was released more often than acquired, its bound is ${this.#bound}`,
      );
    }
    super.release(count);
  }
}
