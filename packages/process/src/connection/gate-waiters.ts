import type { WaitOptions } from "../base/deadline.ts";
import { type ForkResettable, resetInForkedChild } from "../memory/fork-reset.ts";
import type { Attempt, Gate } from "../memory/gate.ts";

/** Operations of this thread that wait at one gate; they succeed in order of arrival. */
export class GateWaiters implements ForkResettable {
  readonly #gate: Gate;
  readonly #waiting: object[] = [];

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Whether no operation waits. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Waits until it is first in line and the attempt succeeds; otherwise as `Gate.wait`. */
  async wait(attempt: Attempt, options?: WaitOptions): Promise<boolean> {
    const waiter = {};
    this.#waiting.push(waiter);
    resetInForkedChild.add(this);
    try {
      return await this.#gate.wait(() => this.#waiting[0] === waiter && attempt() && this.#leave(waiter), options);
    } finally {
      this.#leave(waiter);
    }
  }

  resetInChild(): void {
    this.#waiting.length = 0;
  }

  // Called inside the attempt, not after the await: the next waiter can succeed in the same pass of the gate.
  #leave(waiter: object): true {
    const index = this.#waiting.indexOf(waiter);
    if (index !== -1) this.#waiting.splice(index, 1);
    if (this.isEmpty) resetInForkedChild.delete(this);
    return true;
  }
}
