import { readTimeout, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import { BrokenBarrierError } from "../../base/errors.ts";
import { currentCall } from "../session/manager-call.ts";

/** What happens at a barrier besides. */
export interface HostedBarrierOptions {
  /** Called by the last that arrives, before all go on. Default: nothing. */
  readonly action?: () => unknown;
  /** How long each waits, unless it says so itself. Default: no limit. */
  readonly timeoutMs?: number;
}

/** A point in a manager at which a number of callers wait for one another. */
export class HostedBarrier {
  readonly #parties: number;
  readonly #options: HostedBarrierOptions;
  #arrived: Deferred<void>[] = [];
  #broken = false;

  constructor(parties: number, options: HostedBarrierOptions = {}) {
    if (!(Number.isInteger(parties) && parties >= 1)) {
      throw new RangeError(`Cannot make a barrier for ${parties} parties: write a whole number ≥ 1`);
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

  /** @returns which of the parties this is: each has another number, from 0 on in the order in which they came. */
  async wait(options: WaitOptions = {}): Promise<number> {
    const call = currentCall();
    const { timeoutMs = this.#options.timeoutMs, signal = call?.signal } = options;
    readTimeout(timeoutMs);
    if (this.#broken) throw broken();
    const place = this.#arrived.length;
    if (place === this.#parties - 1) {
      await this.#open();
      return place;
    }
    const passing = deferred<void>();
    this.#arrived.push(passing);
    try {
      if ((await withDeadline(passing.promise, { timeoutMs, signal })) !== timedOut) return place;
    } catch (error) {
      this.abort();
      throw error;
    }
    this.abort();
    throw broken();
  }

  abort(): void {
    this.#broken = true;
    this.#breakOff();
  }

  reset(): void {
    this.#breakOff();
    this.#broken = false;
  }

  async #open(): Promise<void> {
    const round = this.#arrived;
    this.#arrived = [];
    try {
      await this.#options.action?.();
    } catch (error) {
      this.#broken = true;
      for (const { reject } of round) reject(broken());
      throw error;
    }
    for (const { resolve } of round) resolve();
  }

  #breakOff(): void {
    const round = this.#arrived;
    this.#arrived = [];
    for (const { reject } of round) reject(broken());
  }
}

function broken(): BrokenBarrierError {
  return new BrokenBarrierError("The barrier is broken: a party gave up, aborted or reset it; reset() makes it whole");
}
