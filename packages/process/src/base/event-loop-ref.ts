/**
 * Keeps the event loop alive while operations wait for a handle of Node, such as a socket: the handle is referenced
 * from the first of them to the last.
 */
export class EventLoopRef {
  readonly #ref: (alive: boolean) => void;
  #waits = 0;
  #keepsAlive = true;

  /** @param ref calls the handle's `ref()` or `unref()`. */
  constructor(ref: (alive: boolean) => void) {
    this.#ref = ref;
  }

  /** Counts a pending operation. @returns a function that ends it; idempotent. */
  addWait(): () => void {
    this.#waits += 1;
    if (this.#waits === 1 && this.#keepsAlive) this.#ref(true);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#waits -= 1;
      if (this.#waits === 0) this.#ref(false);
    };
  }

  /**
   * Sets whether operations that wait keep the event loop alive. They do at first.
   *
   * @param isAwaited whether something waits that was not counted by {@link addWait}. Default: false.
   */
  keepAlive(alive: boolean, isAwaited = false): void {
    this.#keepsAlive = alive;
    this.#ref(alive && (this.#waits > 0 || isAwaited));
  }
}
