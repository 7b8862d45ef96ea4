import { type Control, Global, Thread } from "./control.ts";

/**
 * Identifies the states of a program, so that the explorer recognises a state that it has explored.
 *
 * Each thread has a hash of its history: the versions of the words that its operations saw. Each word has a version:
 * the history of the operation that last changed it. When all threads have the same histories in two schedules, the
 * schedules differ only in the order of operations that commute. All variables and all memory are the same then. That
 * includes memory that is accessed without `Atomics`, if the program has no data race.
 *
 * Source: M. Musuvathi and S. Qadeer, "Partial-Order Reduction for Context-Bounded State Exploration" (2007).
 */
export class History {
  readonly #control: Control;
  /** For each shared word four words: its version, and the sum of the histories that read that version. */
  readonly #versions: Int32Array;

  constructor(control: Control, versions: Int32Array) {
    this.#control = control;
    this.#versions = versions;
  }

  /** Adds an operation of a thread that did not change the word. Such operations commute. */
  read(thread: number, word: number): void {
    const { threads } = this.#control;
    const at = this.#control.at(thread, Thread.history);
    const version = word * 4;
    const low = mix(threads[at] as number, this.#versions[version] as number);
    const high = mixHigh(threads[at + 1] as number, this.#versions[version + 1] as number);
    threads[at] = low;
    threads[at + 1] = high;
    this.#versions[version + 2]! += mix(low, 1);
    this.#versions[version + 3]! += mixHigh(high, 1);
  }

  /** Adds an operation of a thread that changed the word, or woke the threads that sleep on it. */
  write(thread: number, word: number): void {
    const { threads } = this.#control;
    const at = this.#control.at(thread, Thread.history);
    const version = word * 4;
    const low = mix(threads[at] as number, (this.#versions[version]! + this.#versions[version + 2]!) | 0);
    const high = mixHigh(threads[at + 1] as number, (this.#versions[version + 1]! + this.#versions[version + 3]!) | 0);
    threads[at] = low;
    threads[at + 1] = high;
    this.#versions[version] = mix(low, word);
    this.#versions[version + 1] = mixHigh(high, word);
    this.#versions[version + 2] = 0;
    this.#versions[version + 3] = 0;
  }

  /** Adds something else that a thread has read, such as the time. */
  learn(thread: number, value: number): void {
    const at = this.#control.at(thread, Thread.history);
    const { threads } = this.#control;
    threads[at] = mix(threads[at] as number, value);
    threads[at + 1] = mixHigh(threads[at + 1] as number, value);
  }

  /**
   * The key of the present state, an integer below 2⁵².
   *
   * @param current the thread that is about to make a step; -1 when the next thread is to be chosen.
   */
  key(current: number): number {
    const { threads } = this.#control;
    const count = this.#control.get(Global.threadCount);
    let low = mix(this.#control.get(Global.clock), current);
    let high = mixHigh(this.#control.get(Global.clock), current);
    for (let thread = 0; thread < count; thread++) {
      const at = this.#control.at(thread, Thread.history);
      low = mix(low, threads[at] as number);
      high = mixHigh(high, threads[at + 1] as number);
    }
    return (low >>> 6) * 2 ** 26 + (high >>> 6);
  }
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ Math.imul(value + 0x7f4a_7c15, 0x85eb_ca6b), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

function mixHigh(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ Math.imul(value + 0x1656_67b1, 0xc2b2_ae35), 0x27d4_eb2f);
  return mixed ^ (mixed >>> 13);
}
