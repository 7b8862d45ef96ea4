/**
 * The messages that arrived over a channel, in order, until a receiver takes them. No message reaches a receiver that
 * waits for a different message, and none is lost while there is no receiver.
 */
export class Inbox {
  #held: unknown[] = [];
  #deliver: ((message: never) => void) | undefined;
  #waiting: ((message: unknown) => void) | undefined;

  /** Adds a message, and delivers it if there is a receiver. */
  add(message: unknown): void {
    if (this.#held.length === 0 && this.#deliver !== undefined) {
      this.#deliver(message as never);
      return;
    }
    this.#held.push(message);
    if (this.#waiting !== undefined) this.#waiting(this.#held.shift());
    else this.#deliverHeld();
  }

  /**
   * Takes the first message and no other. The messages after it are held for the next call of this or for
   * {@link receive}.
   *
   * @throws {Error} when there is a receiver, or an earlier call waits.
   */
  async next(): Promise<unknown> {
    this.#checkFree();
    if (this.#held.length > 0) return this.#held.shift();
    return await new Promise((resolve) => {
      this.#waiting = (message) => {
        this.#waiting = undefined;
        resolve(message);
      };
    });
  }

  /**
   * Delivers all messages from now on, the held ones first.
   *
   * @throws {Error} when there is a receiver, or a call of {@link next} waits.
   */
  receive(deliver: (message: never) => void): void {
    this.#checkFree();
    this.#deliver = deliver;
    this.#deliverHeld();
  }

  // The receiver may poll its channel, which adds messages and delivers them, before this loop continues.
  #deliverHeld(): void {
    while (this.#deliver !== undefined && this.#held.length > 0) this.#deliver(this.#held.shift() as never);
  }

  #checkFree(): void {
    if (this.#deliver !== undefined || this.#waiting !== undefined)
      throw new Error("Cannot receive from a channel: it has a receiver, and may have only one at a time");
  }
}
