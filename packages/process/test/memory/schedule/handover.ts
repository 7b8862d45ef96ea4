// Taken before `Atomics` is replaced for the code under test.
const { store, load, wait, notify } = Atomics;

/** Passes the right to run from one thread to another. */
export class Handover {
  readonly #turns: Int32Array;
  readonly #me: number;

  constructor(turns: Int32Array, me: number) {
    this.#turns = turns;
    this.#me = me;
  }

  /** Lets another thread run. */
  give(to: number): void {
    store(this.#turns, to, 1);
    notify(this.#turns, to);
  }

  /** Waits until this thread may run. Returns false when that takes longer, in real time. */
  wait(timeoutMs = Number.POSITIVE_INFINITY): boolean {
    while (load(this.#turns, this.#me) === 0) {
      if (wait(this.#turns, this.#me, 0, timeoutMs) === "timed-out") return false;
    }
    store(this.#turns, this.#me, 0);
    return true;
  }
}
