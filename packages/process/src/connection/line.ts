import type { WaitOptions } from "../base/deadline.ts";
import { type UnderWay, underWay } from "../memory/fork-forgets.ts";
import type { Attempt, Gate } from "../memory/gate.ts";

/** Those of a thread who wait at a gate for the same thing, which they get in the order in which they came. */
export class Line implements UnderWay {
  readonly #gate: Gate;
  readonly #turns: object[] = [];

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Whether nobody waits. */
  get isFree(): boolean {
    return this.#turns.length === 0;
  }

  /** Waits for its turn and until the attempt succeeds; otherwise as `Gate.wait`. */
  async wait(attempt: Attempt, options?: WaitOptions): Promise<boolean> {
    const turn = {};
    this.#turns.push(turn);
    underWay.add(this);
    try {
      return await this.#gate.wait(() => this.#turns[0] === turn && attempt() && this.#leave(turn), options);
    } finally {
      this.#leave(turn);
    }
  }

  forget(): void {
    this.#turns.length = 0;
  }

  // At once when it succeeded, not when that is heard of: the next may have its turn in the same look.
  #leave(turn: object): true {
    const place = this.#turns.indexOf(turn);
    if (place !== -1) this.#turns.splice(place, 1);
    if (this.isFree) underWay.delete(this);
    return true;
  }
}
