import { checkWaitOptions, readTimeout, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import { BrokenBarrierError } from "../../base/errors.ts";
import { type BarrierAction, runAction } from "../../sync/barrier-action.ts";
import { currentCall } from "../session/incoming-call.ts";

/** Options of a barrier in a manager. */
export interface HostedBarrierOptions {
  /**
   * Called once a round, in the process that created the barrier, before any caller continues. A promise that it
   * returns is awaited. Default: none.
   */
  readonly action?: BarrierAction;
  /** The limit of waits without a limit of their own. Default: no limit. */
  readonly timeoutMs?: number;
}

/** A barrier in a manager: a number of callers wait for one another. */
export class HostedBarrier {
  readonly #parties: number;
  readonly #options: HostedBarrierOptions;
  #arrived: Deferred<void>[] = [];
  #broken = false;
  /** Settles when the action has ended. */
  #running: Deferred<void> | undefined;

  constructor(parties: number, options: HostedBarrierOptions = {}) {
    if (!(Number.isInteger(parties) && parties >= 1)) {
      throw new RangeError(`Cannot create a barrier for ${parties} parties: write a whole number ≥ 1`);
    }
    readTimeout(options.timeoutMs);
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

  /**
   * Waits for the other callers, and for the action.
   *
   * @param options.timeoutMs how long to wait for the other callers. Default: the barrier's own.
   * @returns the position in the order of arrival, from 0 on.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    const { timeoutMs = this.#options.timeoutMs, signal = currentCall()?.signal } = options;
    checkWaitOptions(options);
    while (this.#running !== undefined) await withDeadline(this.#running.promise, { signal });
    if (this.#broken) throw brokenError();
    const round = this.#arrived;
    const waiter = deferred<void>();
    const index = round.push(waiter) - 1;
    if (round.length === this.#parties) {
      void waiter.promise.catch(() => {});
      await this.#complete(round, signal);
      return index;
    }
    try {
      if ((await withDeadline(waiter.promise, { timeoutMs, signal })) === timedOut) {
        if (this.#running === undefined) throw brokenError();
        await withDeadline(waiter.promise, { signal });
      }
      return index;
    } catch (error) {
      this.#breakRound(round);
      throw error;
    }
  }

  abort(): void {
    this.#broken = true;
    this.#rejectWaiting();
  }

  reset(): void {
    this.#rejectWaiting();
    this.#broken = false;
  }

  toString(): string {
    return `Barrier(parties=${this.#parties}, ${this.#broken ? "broken" : `waiting=${this.waiting}`})`;
  }

  async #complete(round: readonly Deferred<void>[], signal: AbortSignal | undefined): Promise<void> {
    const running = deferred<void>();
    this.#running = running;
    try {
      await runAction(this.#options.action, signal);
      // Broken or reset during the action.
      if (this.#arrived !== round) throw brokenError();
      this.#arrived = [];
      for (const { resolve } of round) resolve();
    } catch (error) {
      this.#breakRound(round);
      throw error;
    } finally {
      this.#running = undefined;
      running.resolve();
    }
  }

  // Without effect when the round has ended, or was reset.
  #breakRound(round: readonly Deferred<void>[]): void {
    if (this.#arrived === round) this.abort();
  }

  #rejectWaiting(): void {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const { reject } of arrived) reject(brokenError());
  }
}

function brokenError(): BrokenBarrierError {
  return new BrokenBarrierError(
    "The barrier is broken: a party gave up, aborted or reset it; call reset() to use it again",
  );
}
