import { readTimeout, type WaitOptions } from "../../base/deadline.ts";
import { type Call, currentCall } from "../session/manager-call.ts";
import { WaitLine } from "./wait-line.ts";

/** A counter in a manager that callers take from, and wait for when it is 0. Fair: first come, first served. */
export class HostedSemaphore {
  readonly #line = new WaitLine();
  #value: number;

  /** @param value ≥ 0. Default: 1. */
  constructor(value = 1) {
    if (!(Number.isInteger(value) && value >= 0)) {
      throw new RangeError(`Cannot make a semaphore: its value is ${value}, write a whole number ≥ 0`);
    }
    this.#value = value;
  }

  get value(): number {
    return this.#value;
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

  /** @param count how often at once, ≥ 1. Default: 1. */
  release(count = 1): void {
    if (!(Number.isInteger(count) && count >= 1))
      throw new RangeError(`Cannot release ${count} times: write a whole number ≥ 1`);
    this.#value += count - this.#line.wake(count);
  }

  async _acquire(call: Call | undefined, options: WaitOptions): Promise<boolean> {
    readTimeout(options.timeoutMs);
    if (this.tryAcquire()) return true;
    if (options.timeoutMs === 0) return false;
    if (!(await this.#line.wait(call, options))) return false;
    if (!call?.isAbandoned) return true;
    // Woken and given up in one turn: the next may have it.
    this.release();
    return false;
  }
}

/** A semaphore in a manager that is never released more often than it was acquired. */
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
