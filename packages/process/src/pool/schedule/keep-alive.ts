import { longestTimer } from "../../base/deadline.ts";

/** Keeps the program alive while calls are pending, and while it is set to. */
export class KeepAlive {
  readonly #timer = setInterval(() => {}, longestTimer).unref();
  #calls = 0;

  /** Whether a call is pending. */
  get hasCalls(): boolean {
    return this.#calls > 0;
  }

  /** Counts a call that is pending until {@link endCall}. */
  beginCall(): void {
    this.#calls += 1;
    if (this.#calls === 1) this.#timer.ref();
  }

  /** @returns whether no call is pending any more. */
  endCall(): boolean {
    this.#calls -= 1;
    return this.#calls === 0;
  }

  /** Sets whether the program is kept alive while no call is pending. */
  set(alive: boolean): void {
    if (alive || this.hasCalls) this.#timer.ref();
    else this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
