import { type Control, Global, kill, maxSteps, Status, Thread, timeOut } from "./control.ts";
import { Handover } from "./handover.ts";
import type { History } from "./history.ts";
import { Sleepers } from "./sleepers.ts";

/** Thrown through the code under test to end a thread. All later operations of the thread throw it, without effect. */
export class Ended extends Error {
  override readonly name = "Ended";
}

/**
 * Decides before each step of a thread which thread makes the next step. By default the same thread continues while
 * it can run; then the first thread follows that can. The explorer's deviations name the steps at which another
 * thread is chosen.
 *
 * Each thread has a scheduler over the same control memory. The explorer has one too, with the index after the last
 * thread. The thread that runs makes the decision itself, so that a hand-over is needed only where the thread
 * changes.
 */
export class Scheduler {
  readonly me: number;
  readonly sleepers: Sleepers;
  readonly history: History;
  readonly #control: Control;
  readonly #handover: Handover;
  #isEnding = false;

  constructor(control: Control, history: History, me: number, words: Int32Array) {
    this.#control = control;
    this.history = history;
    this.me = me;
    this.#handover = new Handover(control.turns, me);
    this.sleepers = new Sleepers(control, history, words);
  }

  /** Whether this thread was killed or is to end. */
  get isEnding(): boolean {
    return this.#isEnding || this.#control.get(Global.isOver) === 1;
  }

  /** Waits until this thread is chosen for the first time in the next schedule. */
  begin(): void {
    this.#handover.wait();
    this.#isEnding = false;
  }

  /** Makes every further operation of this thread throw. */
  end(): void {
    this.#isEnding = true;
  }

  /** Waits until the explorer has its turn again. Returns false when that takes longer. */
  waitForEnd(timeoutMs: number): boolean {
    return this.#handover.wait(timeoutMs);
  }

  /**
   * Precedes each operation of this thread, and lets another thread run first where the schedule says so.
   *
   * @throws {Ended} when this thread is to end.
   */
  step(): void {
    if (this.isEnding) this.#throwEnded();
    const control = this.#control;
    const step = control.get(Global.step);
    if (step >= maxSteps - 1) {
      control.fail(`no end after ${maxSteps} steps`);
      control.set(Global.isOver, 1);
      this.#throwEnded();
    }
    const choice = this.#decide(this.me);
    if (choice === this.me) return;
    if (choice === kill) {
      control.set(Global.killed, this.me + 1);
      this.history.learn(this.me, kill);
      this.#throwEnded();
    }
    if (choice >= timeOut) this.sleepers.timeOut(choice - timeOut);
    this.#handOver(choice >= timeOut ? choice - timeOut : choice);
    if (this.isEnding) this.#throwEnded();
  }

  /**
   * Lets other threads run until this thread is woken or its time is over.
   *
   * @param word where it sleeps, or `eventLoop`.
   * @returns whether it was woken.
   */
  sleep(word: number, timeoutMs: number): boolean {
    this.sleepers.add(this.me, word, timeoutMs);
    const next = this.#next();
    if (next !== this.me) this.#handOver(next);
    if (this.isEnding) this.#throwEnded();
    return this.#control.threads[this.#control.at(this.me, Thread.isTimedOut)] === 0;
  }

  /** Ends this thread's part in the schedule, and lets the next thread run, or the explorer after the last. */
  finish(): void {
    const isKilled = this.#control.get(Global.killed) === this.me + 1;
    this.#control.threads[this.#control.at(this.me, Thread.status)] = isKilled ? Status.killed : Status.finished;
    this.sleepers.dropWatches(this.me);
    this.history.learn(this.me, kill + 1);
    this.#handover.give(this.#next());
  }

  /** Starts a schedule, as the explorer. */
  start(): void {
    this.#handover.give(this.#next());
  }

  // Chooses the thread that runs next when this one cannot; the explorer when all have ended.
  #next(): number {
    const explorer = this.#control.get(Global.threadCount);
    if (this.sleepers.runnable() === 0 && !this.sleepers.passTime()) return explorer;
    return this.#decide(-1);
  }

  #decide(current: number): number {
    const control = this.#control;
    const step = control.get(Global.step);
    const runnable = this.sleepers.runnable();
    // The order in which the threads end is no decision, since none of them changes anything.
    if (control.get(Global.isOver) === 1) return lowest(runnable);
    control.set(Global.step, step + 1);
    const made = control.get(Global.deviationsMade);
    if (made < control.get(Global.deviationCount) && control.deviations[made * 2] === step) {
      control.set(Global.deviationsMade, made + 1);
      return control.deviations[made * 2 + 1] as number;
    }
    if (step >= control.get(Global.traceFrom)) {
      const sleepers = current === -1 ? 0 : this.sleepers.withDeadline();
      control.addTrace({ step, current, runnable, sleepers, key: this.history.key(current) });
    }
    return current === -1 ? lowest(runnable) : current;
  }

  #handOver(to: number): void {
    this.#handover.give(to);
    this.#handover.wait();
  }

  #throwEnded(): never {
    this.#isEnding = true;
    throw new Ended();
  }
}

/** The lowest thread in a mask with a bit for each thread. */
export function lowest(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
