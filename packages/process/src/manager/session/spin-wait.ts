/**
 * How long it spins for the next message, in milliseconds: longer than the other side's event loop takes to wake up.
 */
const spinMs = 0.064;
/** The time in each loop iteration that may be spent spinning; other work waits for the iteration to end. */
const iterationShareMs = 1;
/**
 * How much longer it spins, once between two evaluations, when this side cannot do anything else. The system may have
 * woken the other side on this side's processor. Within one tick of its clock, mostly 4 ms, it moves the other side
 * to a free processor, if there is one.
 */
const clockTickMs = 5;
/**
 * After so many waits, checks whether spinning paid off. Up to `maxWasted` of them may be wasted: one costs what two
 * others save.
 */
const evaluation = { waits: 16, maxWasted: 5 };
/** How many waits do not spin after a bad evaluation; doubles after each. */
const skipped = { least: 64, most: 4096 };
/** After a pause of so many milliseconds it spins again at once: the processors may be free by then. */
const pauseMs = 50;

/** A callback on this promise is a microtask without the cost of `queueMicrotask`, which takes as long as a poll. */
const resolved = Promise.resolve();

/**
 * Polls for a message for some microseconds before the thread returns to its event loop: waking up there may take
 * longer than a reply does.
 *
 * Each poll is a microtask, so a message is handled between two polls. Where no processor is free for the other side,
 * spinning keeps it from running. That cannot be known in advance, so spinning is tried, and more rarely the more it
 * is wasted.
 */
export class SpinWait {
  readonly #poll: () => boolean;
  readonly #step = () => this.#pollOnce();
  #isSpinning = false;
  #startedAt = 0;
  #until = 0;
  /** Whether this side cannot do anything before the message arrives, and whether it spins for a clock tick. */
  #isBlocked = false;
  #isSpinningForTick = false;
  /** When this loop iteration must stop spinning; 0 when it has not spun yet. */
  #iterationEnd = 0;
  /** Waits since the last evaluation, and those of them in which no message arrived. */
  #waits = 0;
  #wasted = 0;
  /** How many of the next waits do not spin, and how many after the next bad evaluation. */
  #skips = 0;
  #nextSkips = skipped.least;

  /** @param poll handles messages that have arrived; returns whether there were any. */
  constructor(poll: () => boolean) {
    this.#poll = poll;
  }

  /**
   * Starts to spin: a message is likely to arrive soon.
   *
   * @param isBlocked whether this side cannot do anything before it arrives.
   */
  start(isBlocked: boolean): void {
    const now = performance.now();
    if (now - this.#startedAt > pauseMs) this.#skips = 0;
    this.#startedAt = now;
    this.#isBlocked = isBlocked;
    if (this.#skips > 0) {
      this.#skips -= 1;
      return;
    }
    this.#until = now + spinMs;
    if (this.#isSpinning || !this.#maySpin(now)) return;
    this.#isSpinning = true;
    void resolved.then(this.#step);
  }

  #maySpin(now: number): boolean {
    if (this.#iterationEnd > 0) return now < this.#iterationEnd;
    this.#iterationEnd = now + iterationShareMs;
    setImmediate(() => {
      this.#iterationEnd = 0;
    });
    return true;
  }

  #pollOnce(): void {
    const until = this.#until;
    const hasArrived = this.#poll();
    const now = performance.now();
    if (!hasArrived && now >= this.#until && this.#maySpinForTick) {
      this.#isSpinningForTick = true;
      this.#until = now + clockTickMs;
      this.#iterationEnd = this.#until;
    }
    const isOver = now >= this.#until;
    if (hasArrived || isOver) {
      this.#evaluate(hasArrived && !this.#isSpinningForTick);
      this.#isSpinningForTick = false;
    }
    // Stops when a message arrived and its handling did not start another wait.
    if (isOver || now >= this.#iterationEnd || (hasArrived && this.#until === until)) this.#isSpinning = false;
    else void resolved.then(this.#step);
  }

  get #maySpinForTick(): boolean {
    return this.#isBlocked && !this.#isSpinningForTick && this.#wasted === 0;
  }

  #evaluate(isUseful: boolean): void {
    this.#waits += 1;
    if (!isUseful) this.#wasted += 1;
    if (this.#waits < evaluation.waits) return;
    if (this.#wasted > evaluation.maxWasted) {
      this.#skips = this.#nextSkips;
      this.#nextSkips = Math.min(2 * this.#nextSkips, skipped.most);
    } else this.#nextSkips = skipped.least;
    this.#waits = 0;
    this.#wasted = 0;
  }
}
