/** How long it lingers for what comes next, in milliseconds: longer than the other side's event loop takes to be woken. */
const patienceMs = 0.064;
/** How much of each turn of the event loop may be spent so: others wait for that turn. */
const turnMs = 1;
/**
 * How much longer it lingers, once between two judgements, where it can do nothing but wait. The other side may have been woken on this
 * side's processor: within a tick of the system's clock, 4 ms for most, the system finds a free one for it, where there is one.
 */
const tickMs = 5;
/** After so many waits it is judged whether they were worth it, and so many of them may be in vain: each costs what two others save. */
const judged = { waits: 16, vain: 5 };
/** How many waits are left to the event loop after a bad judgement: twice as many after each. */
const passed = { least: 64, most: 4096 };
/** After so long a rest, in milliseconds, it tries again at once: whoever had the processors before may have done. */
const restMs = 50;

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
  #begunAt = 0;
  #until = 0;
  /** Whether this side has nothing to do before it comes, and whether it lingers for a tick. */
  #isAwaited = false;
  #isPatient = false;
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

  /**
   * Something is likely to come soon.
   *
   * @param isAwaited whether this side has nothing to do before it comes.
   */
  begin(isAwaited: boolean): void {
    const now = performance.now();
    if (now - this.#begunAt > restMs) this.#passes = 0;
    this.#begunAt = now;
    this.#isAwaited = isAwaited;
    if (this.#passes > 0) {
      this.#passes -= 1;
      return;
    }
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
    if (!hasCome && now >= this.#until && this.#mayBePatient) {
      this.#isPatient = true;
      this.#until = now + tickMs;
      this.#turnEnd = this.#until;
    }
    const isOver = now >= this.#until;
    if (hasCome || isOver) {
      this.#judge(hasCome && !this.#isPatient);
      this.#isPatient = false;
    }
    // When nothing more is expected than what has come, that is all.
    if (isOver || now >= this.#turnEnd || (hasCome && this.#until === until)) this.#isLingering = false;
    else void soon.then(this.#step);
  }

  get #mayBePatient(): boolean {
    return this.#isAwaited && !this.#isPatient && this.#vain === 0;
  }

  #judge(isWorthIt: boolean): void {
    this.#waits += 1;
    if (!isWorthIt) this.#vain += 1;
    if (this.#waits < judged.waits) return;
    if (this.#vain > judged.vain) {
      this.#passes = this.#nextPasses;
      this.#nextPasses = Math.min(2 * this.#nextPasses, passed.most);
    } else this.#nextPasses = passed.least;
    this.#waits = 0;
    this.#vain = 0;
  }
}
