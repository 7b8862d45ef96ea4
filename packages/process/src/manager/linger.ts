/** How long it lingers after what came last, in milliseconds: longer than the other side's event loop takes to be woken. */
const patienceMs = 0.064;
/** How much of each turn of the event loop may be spent so: others wait for that turn. */
const turnMs = 1;

/**
 * Looks for what comes a few microseconds longer, before the thread goes back to its event loop: to be woken there may take longer
 * than an answer does.
 *
 * Each look is a microtask, so whatever came is worked on between one look and the next.
 */
export class Linger {
  readonly #look: () => boolean;
  readonly #step = () => this.#lookOnce();
  #isLingering = false;
  #until = 0;
  /** When this turn of the event loop has had its share; 0 when nothing of it was spent. */
  #turnEnd = 0;

  /** @param look deals with what has come; returns whether there was anything. */
  constructor(look: () => boolean) {
    this.#look = look;
  }

  /** Something is likely to come soon. */
  begin(): void {
    if (this.#isLingering) return;
    const now = performance.now();
    if (this.#turnEnd === 0) {
      this.#turnEnd = now + turnMs;
      setImmediate(() => {
        this.#turnEnd = 0;
      });
    } else if (now >= this.#turnEnd) return;
    this.#isLingering = true;
    this.#until = now + patienceMs;
    queueMicrotask(this.#step);
  }

  #lookOnce(): void {
    const hasCome = this.#look();
    const now = performance.now();
    if (hasCome) this.#until = now + patienceMs;
    if (now < this.#until && now < this.#turnEnd) queueMicrotask(this.#step);
    else this.#isLingering = false;
  }
}
