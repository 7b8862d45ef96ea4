import { readTimeout, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import { BrokenBarrierError } from "../../base/errors.ts";
import { currentCall } from "../session/incoming-call.ts";

/** Options of a barrier in a manager. */
export interface HostedBarrierOptions {
  /** Called when the last caller arrives, before all of them continue. Default: none. */
  readonly action?: () => unknown;
  /** The limit of waits without a limit of their own. Default: no limit. */
  readonly timeoutMs?: number;
}

/** A barrier in a manager: a number of callers wait for one another. */
export class HostedBarrier {
  readonly #parties: number;
  readonly #options: HostedBarrierOptions;
  #arrived: Deferred<void>[] = [];
  #broken = false;

  constructor(parties: number, options: HostedBarrierOptions = {}) {
    if (!(Number.isInteger(parties) && parties >= 1)) {
      throw new RangeError(`Cannot create a barrier for ${parties} parties: write a whole number ≥ 1`);
    }
    this.#parties = parties;
    this.#options = options;
  }

  get parties(): number {
    return this.#parties;
  }

  get waiting(): number {
    return this.#arrived.length;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** @returns the position in the order of arrival, from 0 on. */
  async wait(options: WaitOptions = {}): Promise<number> {
    const call = currentCall();
    const { timeoutMs = this.#options.timeoutMs, signal = call?.signal } = options;
    readTimeout(timeoutMs);
    if (this.#broken) throw brokenError();
    const position = this.#arrived.length;
    if (position === this.#parties - 1) {
      await this.#open();
      return position;
    }
    const waiter = deferred<void>();
    this.#arrived.push(waiter);
    try {
      if ((await withDeadline(waiter.promise, { timeoutMs, signal })) !== timedOut) return position;
    } catch (error) {
      this.abort();
      throw error;
    }
    this.abort();
    throw brokenError();
  }

  abort(): void {
    this.#broken = true;
    this.#rejectWaiting();
  }

  reset(): void {
    this.#rejectWaiting();
    this.#broken = false;
  }

  async #open(): Promise<void> {
    const arrived = this.#arrived;
    this.#arrived = [];
    try {
      await this.#options.action?.();
    } catch (error) {
      this.#broken = true;
      for (const { reject } of arrived) reject(brokenError());
      throw error;
    }
    for (const { resolve } of arrived) resolve();
  }

  #rejectWaiting(): void {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const { reject } of arrived) reject(brokenError());
  }
}

function brokenError(): BrokenBarrierError {
  return new BrokenBarrierError("The barrier is broken: a party gave up, aborted or reset it; reset() restores it");
}
