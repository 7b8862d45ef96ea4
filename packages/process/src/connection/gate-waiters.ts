import { readTimeout, type WaitOptions } from "../base/deadline.ts";
import { flushBeforeEnd, isThreadEnding } from "../base/flush.ts";
import { type ForkResettable, resetInForkedChild } from "../memory/fork-reset.ts";
import type { Attempt, Gate } from "../memory/gate.ts";

interface Waiter {
  readonly attempt: Attempt;
  /** When it gives up, by `performance.now()`. */
  readonly deadline: number;
}

const waiting = new Set<GateWaiters>();

flushBeforeEnd({
  // The waits keep the event loop running.
  flushed: () => Promise.resolve(),
  flushSync(waitMs) {
    let isDone = true;
    for (const waiters of waiting) if (!waiters.flushSync(waitMs)) isDone = false;
    return isDone;
  },
  describe() {
    let count = 0;
    for (const waiters of waiting) count += waiters.size;
    return count === 0 ? "" : `${count} values that wait for space`;
  },
});

/** Writes of this thread that wait at one gate for room; they succeed in order of arrival. */
export class GateWaiters implements ForkResettable {
  readonly #gate: Gate;
  readonly #waiting: Waiter[] = [];

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** How many operations wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Whether no operation waits. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Waits until it is first in line and the attempt succeeds; otherwise as `Gate.wait`. */
  async wait(attempt: Attempt, options?: WaitOptions): Promise<boolean> {
    const timeoutMs = readTimeout(options?.timeoutMs);
    if (isThreadEnding()) return this.#gate.waitSync(attempt, timeoutMs);
    const waiter = { attempt, deadline: performance.now() + timeoutMs };
    this.#waiting.push(waiter);
    waiting.add(this);
    resetInForkedChild.add(this);
    try {
      return await this.#gate.wait(() => this.#waiting[0] === waiter && attempt() && this.#leave(waiter), options);
    } finally {
      const wasFirst = this.#waiting[0] === waiter;
      this.#leave(waiter);
      // The others could not succeed before: they may have been woken, and have failed, since this one left the gate.
      if (wasFirst) this.#gate.retry();
    }
  }

  /** Lets all waiting writes succeed or give up, blocking this thread. Returns whether none is left. */
  flushSync(waitMs: number): boolean {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const leftMs = Math.max(0, first.deadline - performance.now());
      try {
        if (!this.#gate.waitSync(first.attempt, Math.min(leftMs, waitMs)) && leftMs > waitMs) return false;
      } catch {
        // The receiver is gone.
      }
      this.#waiting.shift();
    }
    return true;
  }

  resetInChild(): void {
    this.#waiting.length = 0;
    waiting.delete(this);
  }

  // Called inside the attempt, not after the await: the next waiter can succeed in the same pass of the gate.
  #leave(waiter: Waiter): true {
    const index = this.#waiting.indexOf(waiter);
    if (index !== -1) this.#waiting.splice(index, 1);
    if (this.isEmpty) {
      waiting.delete(this);
      resetInForkedChild.delete(this);
    }
    return true;
  }
}
