import { longestRecheckMs } from "../../../src/memory/wait/recheck-timer.ts";
import { type Control, eventLoop, Global, maxWatches, never, Status, Thread, Watch } from "./control.ts";
import type { History } from "./history.ts";

/**
 * When the memory has not changed for so many virtual ms, three times the longest interval at which waits check again,
 * it never will.
 */
const quietMs = 3 * longestRecheckMs;

/** The threads of a schedule that sleep, in `Atomics.wait` or idle in their event loop, and the virtual time. */
export class Sleepers {
  readonly #control: Control;
  readonly #history: History;
  readonly #words: Int32Array;

  constructor(control: Control, history: History, words: Int32Array) {
    this.#control = control;
    this.#history = history;
    this.#words = words;
  }

  /** Puts a thread to sleep on a word, or in its event loop. */
  add(thread: number, word: number, timeoutMs: number): void {
    const isTimed = timeoutMs !== Number.POSITIVE_INFINITY;
    this.#history.learn(thread, isTimed ? this.#control.get(Global.clock) + timeoutMs : never);
    this.#set(thread, Thread.word, word);
    this.#set(thread, Thread.nap, isTimed ? timeoutMs : 0);
    this.#set(thread, Thread.deadline, isTimed ? this.#control.get(Global.clock) + timeoutMs : never);
    this.#set(thread, Thread.order, this.#nextOrder());
    this.#set(thread, Thread.status, Status.asleep);
  }

  /** Starts a watch of `Atomics.waitAsync`. Returns its place. */
  addWatch(thread: number, word: number): number {
    const { watches } = this.#control;
    for (let place = 0; place < maxWatches; place++) {
      const at = (thread * maxWatches + place) * 3;
      if (watches[at] !== Watch.unused) continue;
      watches.set([Watch.waiting, word, this.#nextOrder()], at);
      return place;
    }
    throw new Error(`Cannot watch: ${maxWatches} promises of Atomics.waitAsync are pending in thread ${thread}`);
  }

  /** Takes the places of a thread's watches that were notified. */
  takeNotified(thread: number): number[] {
    const taken: number[] = [];
    for (let place = 0; place < maxWatches; place++) {
      const at = (thread * maxWatches + place) * 3;
      if (this.#control.watches[at] !== Watch.notified) continue;
      this.#control.watches[at] = Watch.unused;
      taken.push(place);
    }
    return taken;
  }

  /** Forgets the watches of a thread that has ended, which can take no wake-up. */
  dropWatches(thread: number): void {
    this.#control.watches.fill(Watch.unused, thread * maxWatches * 3, (thread + 1) * maxWatches * 3);
  }

  /** Wakes the threads that sleep on a word or watch it, the longest waiting first. Returns how many. */
  wake(word: number, most: number): number {
    const { watches, threads } = this.#control;
    const found: { order: number; thread: number; watch: number }[] = [];
    for (let thread = 0; thread < this.#count; thread++) {
      if (this.#isAsleep(thread) && this.#get(thread, Thread.word) === word)
        found.push({ order: this.#get(thread, Thread.order), thread, watch: -1 });
      for (let at = thread * maxWatches * 3; at < (thread + 1) * maxWatches * 3; at += 3) {
        if (watches[at] === Watch.waiting && watches[at + 1] === word)
          found.push({ order: watches[at + 2] as number, thread, watch: at });
      }
    }
    found.sort((a, b) => a.order - b.order);
    const woken = found.slice(0, most);
    for (const { thread, watch } of woken) {
      this.#history.read(thread, word);
      if (watch !== -1) watches[watch] = Watch.notified;
      const isIdle = threads[this.#control.at(thread, Thread.word)] === eventLoop;
      if (watch === -1 || (isIdle && this.#isAsleep(thread))) this.#wakeThread(thread, 0);
    }
    return woken.length;
  }

  /** The threads that can run, a bit each. */
  runnable(): number {
    let mask = 0;
    for (let thread = 0; thread < this.#count; thread++)
      if (this.#get(thread, Thread.status) === Status.runnable) mask |= 1 << thread;
    return mask;
  }

  /** The threads that sleep with a deadline, a bit each. */
  withDeadline(): number {
    let mask = 0;
    for (let thread = 0; thread < this.#count; thread++)
      if (this.#isAsleep(thread) && this.#get(thread, Thread.deadline) !== never) mask |= 1 << thread;
    return mask;
  }

  /** Lets the time pass until a thread's sleep is over, though other threads can run. */
  timeOut(thread: number): void {
    this.#passUntil(this.#get(thread, Thread.deadline));
  }

  /**
   * Lets the time pass until a sleep is over, when no thread can run. Ends the schedule when that would change nothing.
   *
   * @returns whether a thread can run now.
   */
  passTime(): boolean {
    const control = this.#control;
    const asleep = this.#asleep();
    if (asleep.length === 0) return false;
    const deadlines = asleep
      .map((thread) => this.#get(thread, Thread.deadline))
      .filter((deadline) => deadline !== never);
    if (this.#isQuiet() || deadlines.length === 0) {
      control.set(Global.asleep, mask(asleep));
      if (control.get(Global.killed) === 0)
        control.fail(`deadlock: only sleeping threads are left: ${asleep.join(", ")}`);
      control.set(Global.isOver, 1);
      for (const thread of asleep) this.#set(thread, Thread.status, Status.runnable);
      return true;
    }
    this.#passUntil(Math.min(...deadlines));
    const rescued = asleep.find((thread) => !this.#isAsleep(thread) && this.#isRescue(thread));
    if (rescued !== undefined && control.get(Global.killed) === 0)
      control.fail(`lost wake-up: only its timeout woke thread ${rescued}, on word ${this.#get(rescued, Thread.word)}`);
    return true;
  }

  #isRescue(thread: number): boolean {
    return this.#get(thread, Thread.nap) > this.#control.get(Global.longestNap);
  }

  #passUntil(time: number): void {
    const control = this.#control;
    control.set(Global.clock, Math.max(time, control.get(Global.clock)));
    for (const thread of this.#asleep()) {
      const deadline = this.#get(thread, Thread.deadline);
      if (deadline === never || deadline > control.get(Global.clock)) continue;
      control.set(Global.timeouts, control.get(Global.timeouts) + 1);
      this.#history.learn(thread, control.get(Global.clock));
      this.#wakeThread(thread, 1);
    }
  }

  // Runs only when no thread can run, so it may read all of the memory.
  #isQuiet(): boolean {
    const control = this.#control;
    let checksum = this.#count;
    for (const word of this.#words) checksum = (Math.imul(checksum, 31) + word) | 0;
    for (let thread = 0; thread < this.#count; thread++) {
      checksum = (Math.imul(checksum, 31) + this.#get(thread, Thread.logLength)) | 0;
      if (!this.#isAsleep(thread)) checksum = (Math.imul(checksum, 31) + thread + 1) | 0;
    }
    if (control.get(Global.checksum) !== checksum) {
      control.set(Global.checksum, checksum);
      control.set(Global.quietSince, control.get(Global.clock));
    }
    return control.get(Global.clock) - control.get(Global.quietSince) > quietMs;
  }

  #wakeThread(thread: number, isTimedOut: 0 | 1): void {
    this.#set(thread, Thread.status, Status.runnable);
    this.#set(thread, Thread.isTimedOut, isTimedOut);
  }

  #asleep(): number[] {
    return Array.from({ length: this.#count }, (_, thread) => thread).filter((thread) => this.#isAsleep(thread));
  }

  #isAsleep(thread: number): boolean {
    return this.#get(thread, Thread.status) === Status.asleep;
  }

  get #count(): number {
    return this.#control.get(Global.threadCount);
  }

  #nextOrder(): number {
    const order = this.#control.get(Global.order) + 1;
    this.#control.set(Global.order, order);
    return order;
  }

  #get(thread: number, word: number): number {
    return this.#control.threads[this.#control.at(thread, word)] as number;
  }

  #set(thread: number, word: number, value: number): void {
    this.#control.threads[this.#control.at(thread, word)] = value;
  }
}

function mask(threads: readonly number[]): number {
  return threads.reduce((bits, thread) => bits | (1 << thread), 0);
}
