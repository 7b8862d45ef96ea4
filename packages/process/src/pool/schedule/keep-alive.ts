// setTimeout fires at once when asked for more.
const longestTimer = 2 ** 31 - 1;

/** Keeps the program alive while calls are under way, or as long as it is told to. */
export class KeepAlive {
  readonly #timer = setInterval(() => {}, longestTimer).unref();
  #holds = 0;

  /** Whether a call is under way. */
  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Notes a call that is under way until {@link release}. */
  hold(): void {
    this.#holds += 1;
    if (this.#holds === 1) this.#timer.ref();
  }

  /** Notes the end of a call. @returns whether it was the last. */
  release(): boolean {
    this.#holds -= 1;
    return this.#holds === 0;
  }

  /** Says whether the program is to live on although no call is under way. */
  set(alive: boolean): void {
    if (alive || this.isHeld) this.#timer.ref();
    else this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
