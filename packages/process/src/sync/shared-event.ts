import { type BlockOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { Gate } from "../memory/gate.ts";
import { registerShared, SharedObject } from "../memory/shared-object.ts";

const gateWord = 1;

/**
 * A flag to wait for.
 *
 * `set()` ends all current waits, even when `clear()` follows at once.
 *
 * Shape: two words.
 *   0  bit 0 whether it is set; the others count the calls that set it
 *   1  a `Gate`
 *
 * @example
 * const ready = new SharedEvent();
 * await ready.wait();
 */
export class SharedEvent extends SharedObject {
  readonly #gate: Gate;

  constructor() {
    super(8);
    this.#gate = new Gate(this.location.segment, this.location.at + gateWord);
  }

  get isSet(): boolean {
    return (this.#load() & 1) === 1;
  }

  /** Sets the flag, and ends all waits. */
  set(): void {
    const { words } = this.location.segment;
    for (;;) {
      const seen = this.#load();
      if ((seen & 1) === 1) return;
      if (Atomics.compareExchange(words, this.location.at, seen, (seen + 3) | 0) === seen) break;
    }
    this.#gate.openAll();
  }

  /** Clears the flag. */
  clear(): void {
    Atomics.and(this.location.segment.words, this.location.at, ~1);
  }

  /**
   * Waits until the flag is set.
   *
   * @returns whether it was set before time ran out.
   * @throws `options.signal.reason` when the signal aborts first.
   */
  wait(options?: WaitOptions): Promise<boolean> {
    return this.#gate.wait(this.#attempt(), options);
  }

  /** Waits until the flag is set, blocking this thread. Returns whether it was set before time ran out. */
  waitSync(options?: BlockOptions): boolean {
    return this.#gate.waitSync(this.#attempt(), readBlockTimeout(options));
  }

  override toString(): string {
    return `${this.constructor.name}(${this.isSet ? "set" : "not set"})`;
  }

  #attempt(): () => boolean {
    const before = this.#load() >> 1;
    return () => this.isSet || this.#load() >> 1 !== before;
  }

  #load(): number {
    return Atomics.load(this.location.segment.words, this.location.at);
  }
}

registerShared(SharedEvent, import.meta.url);
