/** How long it lingers for what comes next, in milliseconds: longer than the other side's event loop takes to be woken. */
const patienceMs = 0.064;
/** How much of each turn of the event loop may be spent so: others wait for that turn. */
const turnMs = 1;
/** After so many waits it is judged whether they were worth it, and so many of them may be in vain: each costs what two others save. */
const judged = { waits: 16, vain: 5 };
/** How many waits are left to the event loop after a bad judgement: twice as many after each. */
const passed = { least: 16, most: 1024 };

/** What hangs on this is a microtask, without what `queueMicrotask` does around each, which takes as long as a look. */
const soon = Promise.resolve();

/**
 * Looks for what comes a few microseconds longer, before the thread goes back to its event loop: to be woken there may take longer
 * than an answer does.
 *
 * Each look is a microtask, so whatever came is worked on between one look and the next. Where no processor is free for the other side,
 * lingering keeps it from running. Nobody can know that beforehand, so it is tried, and ever more seldom while it is in vain.
 */
export class Linger {
  readonly #look: () => boolean;
  readonly #step = () => this.#lookOnce();
  #isLingering = false;
  #until = 0;
  /** When this turn of the event loop has had its share; 0 when nothing of it was spent. */
  #turnEnd = 0;
  /** Waits since the last judgement, and those of them in which nothing came. */
  #waits = 0;
  #vain = 0;
  /** How many waits to leave to the event loop now, and after the next bad judgement. */
  #passes = 0;
  #nextPasses = passed.least;

  /** @param look deals with what has come; returns whether there was anything. */
  constructor(look: () => boolean) {
    this.#look = look;
  }

  /** Something is likely to come soon. */
  begin(): void {
    if (this.#passes > 0) {
      this.#passes -= 1;
      return;
    }
    const now = performance.now();
    this.#until = now + patienceMs;
    if (this.#isLingering || !this.#hasShare(now)) return;
    this.#isLingering = true;
    void soon.then(this.#step);
  }

  #hasShare(now: number): boolean {
    if (this.#turnEnd > 0) return now < this.#turnEnd;
    this.#turnEnd = now + turnMs;
    setImmediate(() => {
      this.#turnEnd = 0;
    });
    return true;
  }

  #lookOnce(): void {
    const until = this.#until;
    const hasCome = this.#look();
    const now = performance.now();
    const isOver = now >= this.#until;
    if (hasCome || isOver) this.#judge(hasCome);
    // When nothing more is expected than what has come, that is all.
    if (isOver || now >= this.#turnEnd || (hasCome && this.#until === until)) this.#isLingering = false;
    else void soon.then(this.#step);
  }

  #judge(hasCome: boolean): void {
    this.#waits += 1;
    if (!hasCome) this.#vain += 1;
    if (this.#waits < judged.waits) return;
    if (this.#vain > judged.vain) {
      this.#passes = this.#nextPasses;
      this.#nextPasses = Math.min(2 * this.#nextPasses, passed.most);
    } else this.#nextPasses = passed.least;
    this.#waits = 0;
    this.#vain = 0;
  }
}
